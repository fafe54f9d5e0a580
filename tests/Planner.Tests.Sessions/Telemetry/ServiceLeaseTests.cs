using System.Diagnostics;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Cli;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>Of all services on one database one acts, whatever becomes of processes, connections, the server and its clock.</summary>
public sealed class ServiceLeaseTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly PostgresPlace _place = new();
    private readonly List<Process> _services = [];

    public void Dispose()
    {
        foreach (var service in _services)
        {
            service.Kill();
            service.WaitForExit();
            service.Dispose();
        }

        _place.Dispose();
    }

    [Fact]
    public async Task A_file_of_SQLites_is_had_at_once_and_never_lost()
    {
        using var file = new SqlitePlace();
        using var store = file.Open();
        await using var lease = await ServiceLease.TakeAsync(store, "a", Long, () => Assert.Fail("nobody else has it"), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(lease.Lost.CanBeCanceled && lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_service_that_was_killed_is_followed_by_the_one_that_waits()
    {
        var first = await StartAsync("first", "has");
        var second = await StartAsync("second", "waits");
        await HearAsync(first, "kept");
        first.Kill();

        await HearAsync(second, "has");
        await HearAsync(second, "kept");
        AssertInTurn("first", "second");
    }

    [Fact]
    public async Task A_service_that_stood_still_and_goes_on_has_lost_and_changes_nothing_more()
    {
        var first = await StartAsync("first", "has");
        var second = await StartAsync("second", "waits");
        await HearAsync(first, "kept");
        PlannerProcess.Signal(first, PlannerProcess.Stop);
        await HearAsync(second, "has");
        await HearAsync(second, "kept");
        PlannerProcess.Signal(first, PlannerProcess.Continue);

        await HearAsync(first, "lost");
        await HearAsync(second, "kept");
        AssertInTurn("first", "second");
    }

    [Fact]
    public async Task A_service_that_ends_in_good_order_lets_the_next_one_in()
    {
        using var store = _place.Open();
        using var other = _place.Open();
        var lease = await TakeAsync(store, Long);
        var next = ServiceLease.TakeAsync(other, "b", TimeSpan.FromSeconds(1), () => { }, TimeProvider.System, TestContext.Current.CancellationToken);
        await lease.DisposeAsync();

        await (await next).DisposeAsync();
    }

    [Fact]
    public async Task Sessions_that_the_server_ends_cost_a_service_nothing()
    {
        var service = await StartAsync("first", "has", leaseSeconds: "120");
        for (var i = 0; i < 3; i++)
        {
            await HearAsync(service, "kept");
            _place.Query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'planner' and datname = current_database()");
        }

        await HearAsync(service, "kept");
        Assert.Equal(["1"], _place.Query("select distinct counter from shard"));
    }

    [Fact]
    public async Task A_change_is_refused_once_another_has_taken_over_although_the_own_clock_says_nothing()
    {
        using var store = _place.Open();
        using var other = _place.Open();
        await using var lease = await TakeAsync(store, Long);
        new ServiceStore(store).Change(change => change.Append(Event));

        // As a step of the database's clock has it: the lease is over there.
        _place.Query("update shard set expires = '-infinity'");
        var taken = new ShardTable((PostgresMeasurementStore)other, "b", Long).TakeOver([]);

        Assert.Equal(ShardLeases.Count, taken.Count);
        Assert.Contains("Another service has taken the store", Assert.Throws<StoreException>(() => new ServiceStore(store).Change(change => change.Append(Event))).Message, StringComparison.Ordinal);
        Assert.True(store.IsTakenOver);
        Assert.Single(new ServiceStore(other).ReadEvents(0, null, 10));
    }

    [Fact]
    public async Task Nobody_takes_over_in_the_middle_of_a_change()
    {
        using var store = _place.Open();
        using var other = _place.Open();
        await using var lease = await TakeAsync(store, Long);
        _place.Query("update shard set expires = '-infinity'");

        new ServiceStore(store).Change(change =>
        {
            Assert.DoesNotContain(new ShardTable((PostgresMeasurementStore)other, "b", Long).TakeOver([]), taken => taken.Id == 0);
            change.Append(Event);
        });

        Assert.Equal(0, Assert.Single(new ShardTable((PostgresMeasurementStore)other, "b", Long).TakeOver([])).Id);
    }

    [Fact]
    public void Every_take_over_has_the_next_token_and_a_new_timeline_begins_anew()
    {
        using var store = _place.Open();
        var table = new ShardTable((PostgresMeasurementStore)store, "a", Long);

        Assert.All(table.TakeOver([]), taken => Assert.Equal(new ShardToken(1, 1), taken.Token));
        Assert.Empty(table.TakeOver([]));
        table.Release();
        Assert.All(table.TakeOver([]), taken => Assert.Equal(new ShardToken(1, 2), taken.Token));

        // As a restored backup of a later timeline has it, and one of an earlier.
        _place.Query("update shard set timeline = case when id = 0 then 0 else 5 end, expires = '-infinity'");
        var next = table.TakeOver([]).ToDictionary(t => t.Id, t => t.Token);
        Assert.Equal((new ShardToken(1, 1), new ShardToken(5, 3)), (next[0], next[1]));
    }

    [Fact]
    public void What_has_expired_is_not_renewed_and_what_another_has_neither()
    {
        using var store = _place.Open();
        var (one, other) = (new ShardTable((PostgresMeasurementStore)store, "a", Long), new ShardTable((PostgresMeasurementStore)store, "b", Long));
        one.TakeOver([]);
        _place.Query("update shard set expires = '-infinity' where id in (1, 2)");
        other.TakeOver([]);
        _place.Query("update shard set expires = '-infinity' where id = 3");

        Assert.Equal([0, 4], one.Renew([0, 1, 2, 3, 4]).Select(r => r.Id).Order());
    }

    [Fact]
    public void What_was_seen_abandoned_is_taken_over_whatever_the_databases_clock_says_unless_it_was_renewed_meanwhile()
    {
        using var store = _place.Open();
        var (one, other) = (new ShardTable((PostgresMeasurementStore)store, "a", Long), new ShardTable((PostgresMeasurementStore)store, "b", Long));
        one.TakeOver([]);
        var seen = other.Read();
        one.Renew([5]);

        Assert.Equal([6], other.TakeOver([seen[5], seen[6]]).Select(t => t.Id));
    }

    private static StoredEvent Event => new(0, DateTimeOffset.UnixEpoch, "e", null, null, "{}");

    private static Task<ServiceLease> TakeAsync(SqlMeasurementStore store, TimeSpan length) =>
        ServiceLease.TakeAsync(store, "a", length, () => { }, TimeProvider.System, TestContext.Current.CancellationToken);

    private async Task<Process> StartAsync(string name, string says, string leaseSeconds = "10")
    {
        var service = ChildProcess.Start(ChildProcess.Prepare(ServiceLeaseChild.Act, [_place.Text, name, leaseSeconds]));
        _services.Add(service);
        await HearAsync(service, says);
        return service;
    }

    // The test's own time limit is the guard.
    private static async Task HearAsync(Process service, string word)
    {
        while (await service.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is var said && said != word)
        {
            Assert.NotNull(said);
        }
    }

    // All changes of the first come before all of the second.
    private void AssertInTurn(string first, string second) =>
        Assert.Equal([first, second], _place.Query("select kind from (select kind, number, lag(kind) over (order by number) as before from event) as e where before is distinct from kind order by number"));
}
