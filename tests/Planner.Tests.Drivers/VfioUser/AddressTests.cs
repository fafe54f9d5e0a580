using System.Net.Sockets;
using System.Runtime.InteropServices;
using Planner.Devices;
using Planner.Documents;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.VfioUser;

public sealed class AddressTests : IDisposable
{
    private static readonly Drivers Known = new(
        new VfioDeviceDriver(), new VfioUserDriver(new VfioUserOptions { AskTimeLimit = TimeSpan.FromMilliseconds(100) }), new SimulatedDriver(), new QemuDriver());

    private readonly string _folder = Directory.CreateTempSubdirectory("address-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vfio-user:/run/nic0.sock", "vfio-user:/run/nic0.sock")]
    [InlineData("vfio-user:/run/a:b.sock", "vfio-user:/run/a:b.sock")]
    [InlineData("vfio-user:/run/../run/nic0.sock", "vfio-user:/run/nic0.sock")]
    [InlineData("sim:/etc/nic.yaml", "sim:/etc/nic.yaml")]
    [InlineData("vfio:3b:00.2", "vfio:0000:3b:00.2")]
    [InlineData("vfio:/dev/vfio/devices/vfio0", "vfio:/dev/vfio/devices/vfio0")]
    public void An_address_has_one_form_that_its_driver_keeps(string text, string canonical)
    {
        var target = Known.FindDevice(text);
        Assert.Equal(canonical, target.Address);
        Assert.Equal(target, Known.FindDevice(canonical));
    }

    [Fact]
    public void A_relative_path_is_kept_absolute()
    {
        Assert.Equal($"vfio-user:{Path.GetFullPath("nic0.sock")}", Known.FindDevice("vfio-user:nic0.sock").Address);
    }

    [Theory]
    [InlineData("vfio-user")]
    [InlineData("qmp")]
    public void One_socket_is_one_device_by_whichever_path_and_another_socket_is_another(string scheme)
    {
        var path = Path.Combine(_folder, "nic0.sock");
        File.WriteAllText(path, "");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.sock"), "nic0.sock");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "run"), _folder);
        // What is above a link is above what the link leads to.
        File.CreateSymbolicLink(Path.Combine(_folder, "far.sock"), $"run/../{Path.GetFileName(_folder)}/link.sock");
        string[] ways = [path, $"{_folder}/./nic0.sock", Path.GetRelativePath(".", path), $"{_folder}/link.sock", $"{_folder}/run/nic0.sock", $"{_folder}/run/far.sock"];

        Assert.Equal(path, Assert.Single(ways.Select(w => Known.Identify($"{scheme}:{w}")).Distinct())!.Value.Name);
        Assert.NotEqual(Known.Identify($"{scheme}:{path}"), Known.Identify($"{scheme}:{_folder}/nic1.sock"));
        Assert.NotEqual(Known.Identify($"vfio-user:{path}"), Known.Identify($"qmp:{path}"));
    }

    [Fact]
    public void Links_in_a_circle_and_sockets_that_are_not_there_stand_for_themselves()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "a"), "b");
        File.CreateSymbolicLink(Path.Combine(_folder, "b"), "a");

        Assert.NotNull(Known.Identify($"vfio-user:{_folder}/a/nic0.sock"));
        Assert.Equal(new TargetIdentity("vfio-user", $"{_folder}/none/nic0.sock"), Known.Identify($"vfio-user:{_folder}/none/nic0.sock"));
    }

    [Fact]
    public void A_simulated_device_has_no_identity_and_cannot_be_opened_again()
    {
        Assert.Null(Known.FindDevice("sim:/etc/nic.yaml").Identity);
        Assert.Equal(DeviceFault.NotFound, Assert.Throws<DeviceException>(() => Known.ReopenDevice("sim:/etc/nic.yaml")).Fault);
    }

    [Fact]
    public void A_scheme_has_one_driver() => Assert.Throws<ArgumentException>(() => new Drivers(new VfioUserDriver(), new VfioUserDriver()));

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
        var e = Assert.Throws<DeviceException>(() => Known.FindDevice(text));
        Assert.Equal(DeviceFault.NotFound, e.Fault);
        Assert.EndsWith(".", e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused_with_both_lengths()
    {
        Known.FindDevice("vfio-user:/" + new string('a', 106));
        var problem = Assert.Throws<DeviceException>(() => Known.FindDevice("vfio-user:/" + new string('\u00e4', 54))).Message;
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
        using var device = Known.OpenDevice($"sim:{path}");
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
        Assert.StartsWith(path, Assert.Throws<DocumentException>(() => Known.OpenDevice($"sim:{path}")).Message);
    }

    [Fact]
    public void A_kernel_device_that_does_not_exist_is_not_found() => AssertFault(DeviceFault.NotFound, "vfio:ffff:ff:1f.7");

    [DllImport("libc")]
    private static extern int setfsuid(uint user);

    private static void AssertFault(DeviceFault fault, string text)
    {
        var e = Assert.Throws<DeviceException>(() => Known.OpenDevice(text));
        Assert.Equal(fault, e.Fault);
        Assert.StartsWith(text, e.Message);
        Assert.EndsWith(".", e.Message);
    }
}
