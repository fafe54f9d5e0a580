using System.Text;
using Microsoft.Extensions.Time.Testing;
using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

public sealed class CommandTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_carries_its_name_arguments_and_id()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.Migrate, new QmpMigrate { Uri = "unix:/x" }, ScriptedMonitor.Long, Cancellation);

        Assert.Equal("""{"execute":"migrate","arguments":{"uri":"unix:/x"},"id":2}""", await monitor.ReadAsync());
        await monitor.SendAsync("""{"return": {}, "id": 2}""");
        await reply.WaitAsync(ScriptedMonitor.HangGuard, Cancellation);
    }

    [Fact]
    public async Task Answers_find_their_commands_in_any_order_with_events_between()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var names = Enumerable.Range(0, 20).Select(_ => connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation)).ToList();
        foreach (var _ in names)
        {
            await monitor.ReadAsync();
        }

        for (var id = 21; id >= 2; id--)
        {
            await monitor.SendAsync($$$"""{"event": "E{{{id}}}", "timestamp": {"seconds": 1, "microseconds": 5}}{"id": {{{id}}}, "return": {"name": "n{{{id}}}"} }""" + "\r\n");
        }

        for (var i = 0; i < names.Count; i++)
        {
            Assert.Equal($"n{i + 2}", (await names[i].WaitAsync(ScriptedMonitor.HangGuard, Cancellation)).Name);
            Assert.Equal($"E{21 - i}", (await connection.Events.ReadAsync(Cancellation)).Name);
        }
    }

    [Fact]
    public async Task An_answer_may_arrive_byte_by_byte_and_be_spread_over_lines()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation);
        await monitor.ReadAsync();
        foreach (var b in Encoding.UTF8.GetBytes("{\r\n  \"return\": {\"status\": \"running\",\n \"x\": \"}{ä\\\"\", \"running\": true},\r\n \"id\": 2\r\n}\r\n"))
        {
            await monitor.SendAsync([b]);
        }

        var status = await reply.WaitAsync(ScriptedMonitor.HangGuard, Cancellation);
        Assert.Equal(QmpRunState.Running, status.Status);
    }

    [Fact]
    public async Task An_error_becomes_a_refusal_with_its_class_and_description()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.QueryKvm, ScriptedMonitor.Long, Cancellation);
        await monitor.ReadAsync();
        await monitor.SendAsync("""{"id": 2, "error": {"class": "CommandNotFound", "desc": "The command query-kvm has not been found", "more": [1]}}""");

        var e = await Failures.OfAsync(reply, QmpFault.Refused);
        Assert.Equal("CommandNotFound", e.ErrorClass);
        Assert.Equal("The command query-kvm has not been found", e.Description);
        Assert.True(e.WasSent);
        await AnswersAsync(monitor, connection, 3);
    }

    [Fact]
    public async Task An_answer_after_its_time_limit_is_passed_over()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.MinValue.AddDays(1));
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(time: clock);
        var late = connection.ExecuteAsync(QmpCommands.QueryMigrate, Short, Cancellation);
        await monitor.ReadAsync();
        clock.Advance(Short);
        Assert.True((await Failures.OfAsync(late, QmpFault.TimedOut)).WasSent);

        await monitor.SendAsync("""{"id": 2, "return": {"status": "completed"}}{"id": 2, "error": {"class": "GenericError", "desc": "twice"}}""");
        await AnswersAsync(monitor, connection, 3);
    }

    [Fact]
    public async Task A_cancelled_command_leaves_the_connection_alone()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        using var cancelling = new CancellationTokenSource();
        var cancelled = connection.ExecuteAsync(QmpCommands.QueryMigrate, ScriptedMonitor.Long, cancelling.Token);
        await monitor.ReadAsync();
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await monitor.SendAsync("""{"id": 2, "return": {}}""");
        await AnswersAsync(monitor, connection, 3);
    }

    [Fact]
    public async Task A_command_that_could_not_be_sent_in_time_is_never_sent()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.MinValue.AddDays(1));
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync(time: clock);

        // The socket takes part of a large command, and the peer does not read yet.
        var large = connection.ExecuteAsync(QmpCommands.Migrate, new QmpMigrate { Uri = new string('x', 8 << 20) }, ScriptedMonitor.Long, Cancellation);
        var late = connection.ExecuteAsync(QmpCommands.MigrateCancel, Short, Cancellation);
        clock.Advance(Short);
        var e = await Failures.OfAsync(late, QmpFault.TimedOut);
        Assert.False(e.WasSent);

        Assert.Contains("\"migrate\"", await monitor.ReadAsync(), StringComparison.Ordinal);
        await monitor.SendAsync("""{"id": 2, "return": {}}""");
        await large.WaitAsync(ScriptedMonitor.HangGuard, Cancellation);
        await AnswersAsync(monitor, connection, 4);
    }

    [Theory]
    [InlineData("""{"id": 2, "return": {"running": true}}""")]
    [InlineData("""{"id": 2, "return": {"status": 3, "running": true}}""")]
    [InlineData("""{"id": 2, "return": {"status": "\ud800", "running": true}}""")]
    [InlineData("""{"id": 2, "return": []}""")]
    [InlineData("""{"id": 2, "return": null}""")]
    public async Task An_answer_of_another_form_fails_its_command_alone(string answer)
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation);
        await monitor.ReadAsync();
        await monitor.SendAsync(answer);

        await Failures.OfAsync(reply, QmpFault.Malformed);
        await AnswersAsync(monitor, connection, 3);
    }

    [Fact]
    public async Task Closing_fails_what_is_under_way_and_is_no_failure_itself()
    {
        await using var monitor = new ScriptedMonitor();
        var connection = await monitor.OpenAsync();
        var reply = connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation);
        await monitor.ReadAsync();
        await connection.DisposeAsync();

        await Failures.OfAsync(reply, QmpFault.Closed);
        await Failures.OfAsync(connection.ExecuteAsync(QmpCommands.QueryStatus, ScriptedMonitor.Long, Cancellation), QmpFault.Closed);
        Assert.Null(await connection.Ended);
        Assert.False(await connection.Events.WaitToReadAsync(Cancellation));
        await connection.DisposeAsync();
    }

    private static async Task AnswersAsync(ScriptedMonitor monitor, QmpConnection connection, long id)
    {
        var reply = connection.ExecuteAsync(QmpCommands.QueryName, ScriptedMonitor.Long, Cancellation);
        Assert.Equal($$"""{"execute":"query-name","id":{{id}}}""", await monitor.ReadAsync());
        await monitor.SendAsync($$$"""{"id": {{{id}}}, "return": {"name": "here"}}""");
        Assert.Equal("here", (await reply.WaitAsync(ScriptedMonitor.HangGuard, Cancellation)).Name);
    }
}
