using System.Net.Sockets;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.VfioUserServers;

public sealed class ServerSocketTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vus");

    private string SocketPath => Path.Combine(_directory.FullName, "s");

    [Fact]
    public void The_socket_is_for_its_owner_alone_and_gone_when_the_server_stops()
    {
        using (Start())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        }

        Assert.False(Path.Exists(SocketPath));
    }

    [Fact]
    public void A_socket_that_a_server_listens_on_is_left_alone()
    {
        using var first = Start();

        var e = Assert.Throws<DeviceException>(Start);

        Assert.Contains("another server listens there", e.Message, StringComparison.Ordinal);
        using var client = new RawClient(SocketPath);
        client.Negotiate();
    }

    [Fact]
    public void A_socket_that_a_killed_server_left_behind_is_replaced()
    {
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(SocketPath));
            File.Move(SocketPath, SocketPath + "x");
        }

        // Closing removes the name that .NET knows; the renamed one stays as after a kill.
        File.Move(SocketPath + "x", SocketPath);
        using var server = Start();
        using var client = new RawClient(SocketPath);
        client.Negotiate();
    }

    [Fact]
    public void A_file_of_the_same_name_is_left_alone()
    {
        File.WriteAllText(SocketPath, "precious");

        var e = Assert.Throws<DeviceException>(Start);

        Assert.Contains("there is something else of this name", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_directory_of_the_same_name_is_left_alone()
    {
        Directory.CreateDirectory(SocketPath);

        Assert.Throws<DeviceException>(Start);
        Assert.True(Directory.Exists(SocketPath));
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_named_as_the_trouble()
    {
        var e = Assert.Throws<DeviceException>(() => VfioUserServer.Start(TestServer.Quick(), Path.Combine(_directory.FullName, "no", "s")));

        Assert.Equal(DeviceFault.NotFound, e.Fault);
        Assert.Contains("the directory does not exist", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused_with_its_length()
    {
        var e = Assert.Throws<DeviceException>(() => VfioUserServer.Start(TestServer.Quick(), "/tmp/" + new string('x', 200)));

        Assert.Contains("205 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_can_start_again_where_one_stopped()
    {
        Start().Dispose();
        using var server = Start();
        server.Dispose();
        server.Dispose();
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private VfioUserServer Start() => VfioUserServer.Start(TestServer.Quick(), SocketPath);
}
