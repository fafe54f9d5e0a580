using System.Net.Sockets;
using Planner.Hypervisors;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

public sealed class OpeningTests
{
    private static readonly QmpOptions Hasty = new() { OpenTimeLimit = TimeSpan.FromMilliseconds(100) };

    public static TheoryData<string, string> NoGreetings => new()
    {
        { "a human monitor", "QEMU 10.0.2 monitor - type 'help' for more information\r\n(qemu) " },
        { "SSH", "SSH-2.0-OpenSSH_9.2\r\n" },
        { "a guest agent's answer", """{"return": {}}""" + "\r\n" },
        { "an event before the greeting", """{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}""" },
        { "another JSON", """{"jsonrpc": "2.0", "id": 1, "result": 1}""" },
        { "a greeting without a version", """{"QMP": {"capabilities": []}}""" },
        { "a greeting that is null", """{"QMP": null}""" },
        { "an array", "[1]" },
        { "zeroes", "\0\0\0\0" },
    };

    [Fact]
    public async Task The_greeting_says_which_qemu_it_is()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();

        Assert.Equal("10.0.2", connection.Greeting.Version.ToString());
        Assert.Equal(["oob"], connection.Greeting.Capabilities);
        Assert.Equal(monitor.SocketPath, connection.Address);
    }

    [Fact]
    public async Task A_greeting_with_members_and_capabilities_of_a_later_version_is_taken()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(greeting:
            """{"new": [1, {"QMP": 1}], "QMP": {"more": {}, "version": {"qemu": {"micro": 3, "minor": 1, "major": 11, "nano": 1}}, "capabilities": [{"x": 1}, "oob"]}}""");

        Assert.Equal("11.1.3", connection.Greeting.Version.ToString());
        Assert.Equal(["oob"], connection.Greeting.Capabilities);
    }

    [Theory]
    [MemberData(nameof(NoGreetings))]
    public async Task What_is_no_greeting_is_not_qmp(string what, string text)
    {
        await using var monitor = new ScriptedMonitor();
        var opening = monitor.ConnectAsync();
        await monitor.AcceptAsync();
        await monitor.SendAsync(text);

        var e = await Failures.OfAsync(opening, QmpFault.NotQmp);
        Assert.True(e.Message.StartsWith(monitor.SocketPath, StringComparison.Ordinal), what);
    }

    [Fact]
    public async Task A_refused_negotiation_says_what_qemu_said()
    {
        await using var monitor = new ScriptedMonitor();
        var opening = monitor.ConnectAsync();
        await monitor.AcceptAsync();
        await monitor.SendAsync(ScriptedMonitor.Greeting);
        await monitor.ReadAsync();
        await monitor.SendAsync("""{"id": 1, "error": {"class": "GenericError", "desc": "no"}}""");

        Assert.Equal("no", (await Failures.OfAsync(opening, QmpFault.Refused)).Description);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"QMP": {"version": {"qemu": """)]
    public async Task A_peer_that_closes_in_the_greeting_has_closed(string begun)
    {
        await using var monitor = new ScriptedMonitor();
        var opening = monitor.ConnectAsync();
        await monitor.AcceptAsync();
        await monitor.SendAsync(begun);
        monitor.CloseClient();

        await Failures.OfAsync(opening, QmpFault.Closed);
    }

    [Fact]
    public async Task A_second_client_of_a_monitor_that_serves_one_gets_no_greeting()
    {
        await using var monitor = new ScriptedMonitor();
        await using var first = await monitor.OpenAsync();

        var e = await Failures.OfAsync(monitor.ConnectAsync(Hasty), QmpFault.NoGreeting);
        Assert.Contains("another client", e.Message, StringComparison.Ordinal);
        Assert.False(first.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_monitor_whose_queue_is_full_of_clients_gives_no_greeting()
    {
        await using var monitor = new ScriptedMonitor(backlog: 0);
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await waiting.ConnectAsync(new UnixDomainSocketEndPoint(monitor.SocketPath), TestContext.Current.CancellationToken);

        await Failures.OfAsync(monitor.ConnectAsync(Hasty), QmpFault.NoGreeting);
    }

    [Fact]
    public async Task An_attempt_can_be_cancelled()
    {
        await using var monitor = new ScriptedMonitor();
        using var cancelling = new CancellationTokenSource();
        var opening = QmpConnection.OpenAsync(monitor.SocketPath, new QmpOptions(), TimeProvider.System, cancelling.Token);
        await monitor.AcceptAsync();
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(ScriptedMonitor.HangGuard, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_path_without_a_socket_cannot_be_connected_to()
    {
        using var folder = new TemporaryDirectory();
        Assert.Contains("no such socket", (await Failure(folder.File("none.sock"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_nobody_listens_on_cannot_be_connected_to()
    {
        using var folder = new TemporaryDirectory();
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(folder.File("dead.sock")));

        Assert.Contains("nobody listens", (await Failure(folder.File("dead.sock"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_and_a_datagram_socket_cannot_be_connected_to()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);
        using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        datagrams.Bind(new UnixDomainSocketEndPoint(folder.File("datagrams.sock")));

        await Failure(folder.File("file"));
        Assert.Contains("not a stream socket", (await Failure(folder.File("datagrams.sock"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_cannot_be_a_sockets_is_refused_in_a_sentence()
    {
        Assert.Contains("at most 107", (await Failure("/tmp/" + new string('ä', 60))).Message, StringComparison.Ordinal);
        await Failure("");
        await Failure("/tmp/a\0b");
    }

    private static Task<QmpException> Failure(string path) =>
        Failures.OfAsync(QmpConnection.OpenAsync(path, new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard }, TimeProvider.System, TestContext.Current.CancellationToken), QmpFault.CannotConnect);
}
