using System.Net.Sockets;
using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.VfioUser;

public sealed class AddressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("address-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vfio-user:/run/nic0.sock", DeviceScheme.VfioUser, "/run/nic0.sock")]
    [InlineData("vfio-user:/run/a:b.sock", DeviceScheme.VfioUser, "/run/a:b.sock")]
    [InlineData("vfio-user:/run/../run/nic0.sock", DeviceScheme.VfioUser, "/run/nic0.sock")]
    [InlineData("sim:/etc/nic.yaml", DeviceScheme.Simulated, "/etc/nic.yaml")]
    [InlineData("vfio:0000:3b:00.2", DeviceScheme.Vfio, "0000:3b:00.2")]
    [InlineData("vfio:/dev/vfio/devices/vfio0", DeviceScheme.Vfio, "/dev/vfio/devices/vfio0")]
    public void An_address_names_a_way_and_a_target(string text, DeviceScheme scheme, string target)
    {
        Assert.True(DeviceAddress.TryParse(text, out var address, out var problem), problem);
        Assert.Equal((scheme, target), (address.Scheme, address.Target));
        Assert.True(DeviceAddress.TryParse(address.ToString(), out var again, out _));
        Assert.Equal(address, again);
    }

    [Fact]
    public void A_relative_path_is_kept_absolute()
    {
        Assert.True(DeviceAddress.TryParse("vfio-user:nic0.sock", out var address, out var problem), problem);
        Assert.Equal($"vfio-user:{Path.GetFullPath("nic0.sock")}", address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/nic0.sock")]
    [InlineData(":/run/nic0.sock")]
    [InlineData("vfio-user:")]
    [InlineData("vfio-user: ")]
    [InlineData("VFIO-USER:/run/nic0.sock")]
    [InlineData("qmp:/run/qmp.sock")]
    [InlineData("vfio-user:/run/a\0b")]
    public void What_is_no_device_address_is_refused_in_one_sentence(string text)
    {
        Assert.False(DeviceAddress.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem);
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused_with_both_lengths()
    {
        Assert.True(DeviceAddress.TryParse("vfio-user:/" + new string('a', 106), out _, out _));
        Assert.False(DeviceAddress.TryParse("vfio-user:/" + new string('\u00e4', 54), out _, out var problem));
        Assert.Contains("109", problem, StringComparison.Ordinal);
        Assert.Contains("107", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_such_socket_is_not_found() => AssertFault(DeviceFault.NotFound, $"vfio-user:{_folder}/none.sock");

    [Fact]
    public void A_socket_that_nobody_listens_on_is_not_found()
    {
        var path = Path.Combine(_folder, "stale.sock");
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
        }

        // Closing removes the file: what is left behind by a crash is a bound socket without a listener.
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(path));
        AssertFault(DeviceFault.NotFound, $"vfio-user:{path}");
    }

    [Fact]
    public void A_file_that_is_no_socket_is_not_found()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "text");
        AssertFault(DeviceFault.NotFound, $"vfio-user:{path}");
    }

    [Fact]
    public void A_datagram_socket_speaks_something_else()
    {
        var path = Path.Combine(_folder, "datagram.sock");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        AssertFault(DeviceFault.Protocol, $"vfio-user:{path}");
    }

    [Fact]
    public void A_server_whose_queue_is_full_is_given_up_after_the_time_limit()
    {
        var path = Path.Combine(_folder, "full.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0);
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        waiting.Connect(new UnixDomainSocketEndPoint(path));
        AssertFault(DeviceFault.TimedOut, $"vfio-user:{path}");
    }

    [Fact]
    public void A_socket_that_this_user_may_not_use_is_named_so()
    {
        var path = Path.Combine(_folder, "locked.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        File.SetUnixFileMode(path, UnixFileMode.None);

        // The superuser may connect to every socket, so the connection is made as somebody else: on this thread only.
        const uint Nobody = 65534;
        var former = setfsuid(Nobody);
        try
        {
            AssertFault(DeviceFault.NoPermission, $"vfio-user:{path}");
        }
        finally
        {
            _ = setfsuid((uint)former);
        }
    }

    [Fact]
    public void A_simulated_device_is_opened_by_its_profile()
    {
        var path = Path.Combine(_folder, "nic.yaml");
        File.WriteAllText(path, BuiltInProfiles.ReadText("fast-nic"));
        Assert.True(DeviceAddress.TryParse($"sim:{path}", out var address, out var problem), problem);
        using var device = DeviceOpener.Open(address);
        Assert.Equal((BuiltInProfiles.FastNic.DeviceClass, DeviceState.Running), (device.Offer.DeviceClass, device.GetState()));
        Assert.Equal($"sim:{path}", device.Address);
    }

    [Theory]
    [InlineData("none.yaml")]
    [InlineData(".")]
    [InlineData("/dev/zero")]
    public void A_profile_that_cannot_be_read_is_named(string name)
    {
        var path = Path.GetFullPath(Path.Combine(_folder, name));
        Assert.True(DeviceAddress.TryParse($"sim:{path}", out var address, out var problem), problem);
        Assert.StartsWith(path, Assert.Throws<DocumentException>(() => DeviceOpener.Open(address)).Message);
    }

    [Fact]
    public void A_kernel_device_that_does_not_exist_is_not_found() => AssertFault(DeviceFault.NotFound, "vfio:ffff:ff:1f.7");

    [DllImport("libc")]
    private static extern int setfsuid(uint user);

    private static void AssertFault(DeviceFault fault, string text)
    {
        Assert.True(DeviceAddress.TryParse(text, out var address, out var problem), problem);
        var e = Assert.Throws<DeviceException>(
            () => DeviceOpener.Open(address, new VfioUserOptions { AskTimeLimit = TimeSpan.FromMilliseconds(100) }));
        Assert.Equal(fault, e.Fault);
        Assert.StartsWith(text, e.Message);
        Assert.EndsWith(".", e.Message);
    }
}
