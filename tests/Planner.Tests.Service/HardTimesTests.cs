using System.Net.Sockets;
using System.Text;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Planner.Tests.Service.Dashboard;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Callers that are slow, a store that goes while it is in use, and a clock that jumps cost as little as they must.</summary>
public sealed class HardTimesTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("GET /v1/machines HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")]
    [InlineData("POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{ ")]
    public async Task Who_sends_nothing_more_is_let_go_and_others_are_answered_meanwhile(string beginning)
    {
        await using var service = await ServiceHere.StartAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port, TestContext.Current.CancellationToken);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning), TestContext.Current.CancellationToken);

        (await service.GetAsync("/v1/machines")).Expect(200);

        using var guard = new CancellationTokenSource(HangGuard);
        using var reader = new StreamReader(slow.GetStream());
        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadToEndAsync(guard.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_reads_nothing_holds_up_nobody()
    {
        await using var service = await ServiceHere.StartAsync();
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(service.Http.BaseAddress!.Host, service.Http.BaseAddress.Port, TestContext.Current.CancellationToken);
        await slow.GetStream().WriteAsync("GET /v1/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var text = new string('x', 100_000);
        for (var i = 0; i < 200; i++)
        {
            service.Events.Tell(new StoredEvent(0, DateTimeOffset.UnixEpoch, "node.put", null, null, $$"""{ "name": "{{text}}" }"""));
        }

        await using var quick = await service.Http.GetStreamAsync("/v1/events?after=199", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(quick);
        Assert.Equal("id: 200", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        (await service.PutAsync("/v1/nodes/h1", "{}")).Expect(200);
    }

    [Fact]
    public async Task A_store_that_is_gone_takes_no_decision_with_it_and_what_is_lost_is_counted_and_shown()
    {
        using var folder = new TemporaryDirectory();
        await using var service = await ServiceHere.StartAsync(folder);
        (await service.PutAsync("/v1/nodes/h1", "{}")).Expect(200);
        var snapshot = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/examples/commit-snapshot.json"), TestContext.Current.CancellationToken);

        foreach (var file in Directory.GetFiles(folder.Path, "planner.db*"))
        {
            File.Delete(file);
        }

        service.Parts.Samples.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("a1")] });
        Assert.Equal("commit", (await service.PostAsync("/v1/decisions", snapshot)).Expect(200).Json.GetProperty("verdict").GetString());
        Assert.Contains("was deleted or replaced while it was in use", (await service.PutAsync("/v1/nodes/h2", "{}")).Expect(503).Detail, StringComparison.Ordinal);
        var ready = (await service.GetAsync("/ready")).Expect(503).Text;
        Assert.Contains("1 batches of measurements wait, 0 were lost", ready, StringComparison.Ordinal);
        (await service.GetAsync("/health")).Expect(200);
    }

    [Fact]
    public async Task A_clock_that_jumps_ends_no_migration_and_changes_keep_their_order()
    {
        var clock = new ShiftedClock();
        await using var service = await ServiceHere.StartAsync(change: o => o with { Sessions = o.Sessions with { Clock = clock } });
        await Evidence.RehearseAsync(service.Store);
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        foreach (var (ahead, destination) in new[] { (2.0, "h2"), (-2.0, "h1"), (0.0, "h2") })
        {
            clock.Ahead = TimeSpan.FromHours(ahead);
            Assert.Equal("completed", (await service.EndAsync(await service.MigrateAsync("vm1", destination: destination))).GetProperty("outcome").GetString());
        }

        var numbers = service.Records.ReadEvents(0, null, 1000).Select(e => e.Number).ToList();
        Assert.Equal(numbers.Order(), numbers);
        Assert.All((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray(), m => Assert.Equal(1, m.GetProperty("progress").GetDouble()));
        (await service.GetAsync("/v1/budgets")).Expect(200);
        (await service.GetAsync("/v1/fleet")).Expect(200);
    }
}
