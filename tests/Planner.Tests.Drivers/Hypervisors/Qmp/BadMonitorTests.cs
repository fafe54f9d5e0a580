using System.Text;
using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

/// <summary>Peers that end, flood or break the protocol after a good start.</summary>
public sealed class BadMonitorTests
{
    private const string Stop = """{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}""";

    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "garbage", "hello"u8.ToArray() },
        { "garbage behind a brace", "{hello}"u8.ToArray() },
        { "a list", "[]"u8.ToArray() },
        { "a closing brace", "}"u8.ToArray() },
        { "an empty object", "{}"u8.ToArray() },
        { "a second greeting", Encoding.UTF8.GetBytes(ScriptedMonitor.Greeting) },
        { "an answer and an event at once", "{\"id\": 2, \"return\": {}, \"event\": \"STOP\"}"u8.ToArray() },
        { "an event without a name", "{\"event\": null}"u8.ToArray() },
        { "an error that is a word", "{\"id\": 2, \"error\": \"no\"}"u8.ToArray() },
        { "an error without a class", "{\"id\": 2, \"error\": {\"desc\": \"no\"}}"u8.ToArray() },
        { "an error without a command", "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}"u8.ToArray() },
        { "an unknown id", "{\"id\": 3, \"return\": {}}"u8.ToArray() },
        { "id 0", "{\"id\": 0, \"return\": {}}"u8.ToArray() },
        { "no id", "{\"return\": {}}"u8.ToArray() },
        { "an id that is a word", "{\"id\": \"2\", \"return\": {}}"u8.ToArray() },
        { "an id that no number holds", "{\"id\": 1e999, \"return\": {}}"u8.ToArray() },
        { "invalid UTF-8", [.. "{\"event\": \""u8, 0xc3, 0x28, .. "\"}"u8] },
        { "half a surrogate pair", "{\"event\": \"\\ud800\"}"u8.ToArray() },
        { "a zero byte", [.. "{\"event\": \"STOP\", "u8, 0, (byte)'}'] },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_ends_the_connection_and_all_commands_at_once(string what, byte[] bytes)
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation);
        await monitor.ReadAsync();
        await monitor.SendAsync(bytes);

        var why = await Failures.OfEndAsync(connection, QmpFault.Malformed);
        Assert.True(why.Message.StartsWith(monitor.SocketPath, StringComparison.Ordinal), what);
        Assert.True((await Failures.OfAsync(reply, QmpFault.Malformed)).WasSent);
        await Failures.OfAsync(connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation), QmpFault.Malformed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"id": 2, "return": {"na""")]
    public async Task A_peer_that_closes_fails_all_commands_at_once(string begun)
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var replies = Enumerable.Range(0, 5).Select(_ => connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation)).ToList();
        foreach (var _ in replies)
        {
            await monitor.ReadAsync();
        }

        await monitor.SendAsync(begun);
        monitor.CloseClient();
        foreach (var reply in replies)
        {
            Assert.True((await Failures.OfAsync(reply, QmpFault.Closed)).WasSent);
        }

        await Failures.OfEndAsync(connection, QmpFault.Closed);
    }

    [Fact]
    public async Task What_was_said_before_the_end_is_still_heard()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        await monitor.SendAsync("""{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"}, "timestamp": {"seconds": -1, "microseconds": -1}}""");
        monitor.CloseClient();
        await Failures.OfEndAsync(connection, QmpFault.Closed);

        var last = await connection.Events.ReadAsync(Cancellation);
        Assert.True(last.TryRead(QmpEvents.Shutdown, out var shutdown));
        Assert.Equal("host-qmp-quit", shutdown.Reason);
        Assert.Null(last.At);
        await Failures.OfAsync(connection.Events.Completion, QmpFault.Closed);
    }

    [Fact]
    public async Task A_flood_of_events_ends_the_connection_and_what_came_first_can_still_be_read()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard, MaxWaitingEvents = 10 });
        var reply = connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation);
        await monitor.SendUntilClosedAsync(Encoding.UTF8.GetBytes(Stop));

        await Failures.OfAsync(reply, QmpFault.Flooded);
        await Failures.OfEndAsync(connection, QmpFault.Flooded);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(connection.Events.TryRead(out var one) && one.Is(QmpEvents.Stopped));
        }

        Assert.False(connection.Events.TryRead(out _));
        await Failures.OfAsync(connection.Events.Completion, QmpFault.Flooded);
    }

    [Fact]
    public async Task A_connection_without_events_is_not_flooded()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard, MaxWaitingEvents = 1, TakesEvents = false });
        var reply = connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation);
        await monitor.SendAsync(string.Concat(Enumerable.Repeat(Stop, 1000)) + """{"id": 2, "return": {}}""");

        Assert.Null((await reply.WaitAsync(ScriptedMonitor.HangGuard, Cancellation)).Name);
        Assert.False(connection.Events.TryRead(out _));
    }

    [Theory]
    [InlineData("""{"event": "S""", "xxxxxxxxxxxxxxxx")]
    [InlineData("""{"id": 2, "return": [""", "{},")]
    [InlineData("""{"id": 2, "return": {}""", "                ")]
    public async Task A_message_without_an_end_is_cut_off(string beginning, string more)
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard, MaxMessageBytes = 1 << 20 });
        await monitor.SendAsync(beginning);
        await monitor.SendUntilClosedAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(more, 2000))));

        await Failures.OfEndAsync(connection, QmpFault.TooLong);
    }

    [Fact]
    public async Task A_message_that_is_too_long_ends_the_connection_and_one_at_the_limit_does_not()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard, MaxMessageBytes = 300_000 });
        var replies = Enumerable.Range(0, 2).Select(_ => connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation)).ToList();
        string Answer(int id, int bytes) => $$$"""{"id": {{{id}}}, "return": {"name": "{{{new string('n', bytes - 33)}}}"}}""";
        Assert.Equal(300_000, Answer(2, 300_000).Length);
        await monitor.SendAsync(Answer(2, 300_000));
        Assert.Equal(300_000 - 33, (await replies[0].WaitAsync(ScriptedMonitor.HangGuard, Cancellation)).Name!.Length);

        await monitor.SendAsync(Answer(3, 300_001));
        await Failures.OfAsync(replies[1], QmpFault.TooLong);
    }

    [Fact]
    public async Task An_event_that_is_too_long_ends_the_connection()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        await monitor.SendAsync($$$"""{"event": "LONG", "data": {"x": "{{{new string('x', 70_000)}}}"}}""");

        Assert.Contains("LONG", (await Failures.OfEndAsync(connection, QmpFault.TooLong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nesting_has_a_limit_and_is_allowed_up_to_it()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(new QmpOptions { OpenTimeLimit = ScriptedMonitor.HangGuard, MaxDepth = 10 });
        await monitor.SendAsync("""{"event": "DEEP", "data": [[[[[[[[[]]]]]]]]]}""");
        Assert.Equal("DEEP", (await connection.Events.ReadAsync(Cancellation)).Name);

        await monitor.SendAsync("""{"event": "DEEPER", "data": [[[[[[[[[[]]]]]]]]]]}""");
        await Failures.OfEndAsync(connection, QmpFault.TooLong);
    }
}
