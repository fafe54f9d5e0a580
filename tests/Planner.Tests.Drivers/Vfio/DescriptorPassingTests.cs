using System.Net.Sockets;
using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>Descriptors over a real UNIX socket, taken by the real system calls.</summary>
public sealed class DescriptorPassingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("passing-").FullName;

    private string SocketPath => Path.Combine(_folder, "vmm.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_passed_and_is_no_VFIO_device_is_refused_in_one_sentence()
    {
        using var file = new FileStream("/dev/null", FileMode.Open);
        var e = Refusal([(int)file.SafeFileHandle.DangerousGetHandle()]);
        Assert.Equal((DeviceFault.NotOffered, Errno.ENOTTY), (e.Fault, e.Errno));
    }

    [Fact]
    public void A_message_without_a_descriptor_is_refused() => Assert.Equal(DeviceFault.Protocol, Refusal([]).Fault);

    [Fact]
    public void A_message_with_several_is_refused_and_all_of_them_are_closed()
    {
        // A file that nobody else in this process has open.
        var path = Path.Combine(_folder, "passed");
        using var file = new FileStream(path, FileMode.Create);
        var number = (int)file.SafeFileHandle.DangerousGetHandle();
        Assert.Equal(DeviceFault.Protocol, Refusal([number, number, number]).Fault);
        Assert.Single(Directory.GetFiles("/proc/self/fd"), descriptor => new FileInfo(descriptor).LinkTarget == path);
    }

    [Fact]
    public void Nobody_behind_the_socket_is_not_found()
    {
        Assert.Equal(DeviceFault.NotFound, Assert.Throws<DeviceException>(() => Open()).Fault);
    }

    [Fact]
    public void A_VMM_that_sends_nothing_is_given_up()
    {
        using var listener = Listen();
        var options = new VfioOptions { DescriptorTimeLimit = TimeSpan.FromMilliseconds(50) };
        Assert.Equal(DeviceFault.TimedOut, Assert.Throws<DeviceException>(() => Open(options)).Fault);
    }

    private IMigrationDevice Open(VfioOptions? options = null) => new VfioDeviceDriver(options).Open($"fd:{SocketPath}");

    private DeviceException Refusal(int[] descriptors)
    {
        using var listener = Listen();
        var sender = new Thread(() =>
        {
            using var client = listener.Accept();
            Send((int)client.Handle, descriptors);
        });
        sender.Start();
        var e = Assert.Throws<DeviceException>(() => Open());
        sender.Join();
        Assert.EndsWith(".", e.Message);
        return e;
    }

    private Socket Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        return listener;
    }

    /// <summary>sendmsg with SCM_RIGHTS: struct msghdr of 56 bytes, struct iovec of 16, struct cmsghdr of 16 and the numbers.</summary>
    private static unsafe void Send(int socket, int[] descriptors)
    {
        byte data = (byte)'v';
        var iovec = stackalloc long[2] { (long)&data, 1 };
        var control = stackalloc byte[64];
        *(long*)control = 16 + (4 * descriptors.Length);
        ((int*)control)[2] = 1;
        ((int*)control)[3] = 1;
        for (var i = 0; i < descriptors.Length; i++)
        {
            ((int*)control)[4 + i] = descriptors[i];
        }

        var hasControl = descriptors.Length > 0;
        var message = stackalloc long[7] { 0, 0, (long)iovec, 1, hasControl ? (long)control : 0, hasControl ? 16 + (((4 * descriptors.Length) + 7) / 8 * 8) : 0, 0 };
        Assert.Equal(1, (int)sendmsg(socket, message, 0));
    }

    [DllImport("libc")]
    private static extern unsafe nint sendmsg(int socket, long* message, int flags);
}
