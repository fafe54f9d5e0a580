using System.Text.Json;
using Planner.Measurements;
using Planner.Tests.Service.Dashboard;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>The fleet at a glance, and what the pages ask for beside it.</summary>
public sealed class FleetTests
{
    private const int Machines = 30;

    [Fact]
    public async Task What_is_wrong_comes_worst_first_with_what_to_do_and_a_page_that_shows_why()
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(Machines, 4);
        fleet.GoWrong(Machines);

        var view = (await service.GetAsync("/v1/fleet")).Expect(200).Json;

        var findings = view.GetProperty("findings").EnumerateArray().Select(f => (Severity: Word(f, "severity"), What: Word(f, "what"), Todo: Word(f, "todo"), Link: Word(f, "link"))).ToList();
        Assert.Equal(findings.OrderBy(f => Array.IndexOf(["critical", "serious", "warning", "notice"], f.Severity)), findings);
        Assert.Equal(("critical", "vm-0000 needs a person.", "#/machines/vm-0000"), (findings[0].Severity, findings[0].What, findings[0].Link));
        Assert.Contains(findings, f => f.What.StartsWith("vm-0003 paused longer than promised", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.What == "RUNNING_P2P->STOP of sim/fast-nic/1.0 has become slower." && f.Link.StartsWith("#/devices?class=sim", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.What.Contains("of class gold do not move", StringComparison.Ordinal));
        Assert.All(findings, f => Assert.False(string.IsNullOrWhiteSpace(f.Todo)));
        var machines = view.GetProperty("machines").EnumerateArray().ToDictionary(m => Word(m, "name"), m => Word(m, "state"));
        Assert.Equal(Machines, machines.Count);
        Assert.Equal(("needsPerson", "overLimit", "held", "fine"), (machines["vm-0000"], machines["vm-0003"], machines["vm-0006"], machines["vm-0001"]));
        Assert.Equal(Machines, view.GetProperty("hosts").EnumerateArray().Sum(h => h.GetProperty("machines").GetInt32()));
    }

    [Fact]
    public async Task A_calm_fleet_has_no_findings_and_what_changes_is_seen_at_once()
    {
        await using var service = await ServiceHere.StartAsync();
        new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow()).Register(3, 2);
        Assert.Empty((await service.GetAsync("/v1/fleet")).Json.GetProperty("findings").EnumerateArray());

        (await service.PutAsync("/v1/machines/vm-none", """{ "devices": ["sim:fast-nic"] }""")).Expect(200);

        var view = (await service.GetAsync("/v1/fleet")).Json;
        Assert.Equal("No SLA class selects vm-none.", Word(Assert.Single(view.GetProperty("findings").EnumerateArray()), "what"));
        Assert.Equal("noClass", Word(view.GetProperty("machines").EnumerateArray().Single(m => Word(m, "name") == "vm-none"), "state"));
    }

    [Fact]
    public async Task A_migration_tells_its_decisions_and_its_terms_and_the_ledger_does_once_the_changes_are_gone()
    {
        await using var service = await ServiceHere.StartAsync();
        await Evidence.RehearseAsync(service.Store);
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        var id = await service.MigrateAsync("vm1");
        var ended = await service.EndAsync(id);

        var decisions = (await service.GetAsync($"/v1/migrations/{id}/decisions")).Expect(200).Json.EnumerateArray().ToList();
        Assert.Equal([1, 2], decisions.Select(d => d.GetProperty("gate").GetInt32()).Distinct());
        Assert.All(decisions, d => Assert.Equal(5, d.GetProperty("limitSeconds").GetDouble()));
        Assert.Equal("completed", Word(ended, "outcome"));
        Assert.Contains(ended.GetProperty("terms").EnumerateArray(), t => t.GetProperty("p50Seconds").ValueKind == JsonValueKind.Number && t.GetProperty("actualSeconds").ValueKind == JsonValueKind.Number);
        Assert.True(ended.GetProperty("pausedSeconds").GetDouble() > 0);

        service.Records.Change(change => change.Drop(TimeProvider.System.GetUtcNow().AddDays(1), DateTimeOffset.UnixEpoch));
        var later = (await service.GetAsync($"/v1/migrations/{id}/decisions")).Expect(200).Json.EnumerateArray().ToList();
        Assert.Equal(Word(decisions[^1], "verdict"), Word(later[^1], "verdict"));
        (await service.GetAsync("/v1/migrations/none/decisions")).Expect(404);
    }

    [Theory]
    [InlineData("VM-000", 2)]
    [InlineData("percent % and _", 1)]
    [InlineData("%", 1)]
    [InlineData("b1", 1)]
    [InlineData("nothing like it", 0)]
    public async Task Attempts_are_found_by_what_they_hold(string search, int found)
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        service.Store.Append(new MeasurementBatch
        {
            Attempts =
            [
                fleet.Attempt("a1", "vm-0001", 0, MigrationOutcome.Completed, 0.1, "It moved.", 3), fleet.Attempt("a2", "vm-0002", 0, MigrationOutcome.Stayed, 0, "It stayed.", 2),
                fleet.Attempt("b1", "other", 0, MigrationOutcome.Completed, 0.1, "Its reason has percent % and _ in it.", 1),
            ],
        });

        Assert.Equal(found, (await service.GetAsync($"/v1/attempts?search={Uri.EscapeDataString(search)}")).Expect(200).Json.GetProperty("items").GetArrayLength());
        Assert.Equal("a2", Word(Assert.Single((await service.GetAsync("/v1/attempts?outcome=stayed")).Json.GetProperty("items").EnumerateArray()), "attemptId"));
        (await service.GetAsync("/v1/attempts?outcome=nonsense")).Expect(400);
        (await service.GetAsync($"/v1/attempts?search={new string('x', 201)}")).Expect(400);
    }

    [Fact]
    public async Task An_arc_that_became_slower_raises_an_alarm_and_one_that_did_not_does_not()
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(Machines, 4);
        fleet.GoWrong(Machines);

        var arcs = (await service.GetAsync("/v1/arcs")).Expect(200).Json.EnumerateArray().ToList();
        var alarm = Assert.Single(arcs, a => a.GetProperty("alarm").ValueKind == JsonValueKind.Object);
        Assert.Equal(("sim/fast-nic/1.0", "RUNNING_P2P", "STOP"), (Word(alarm, "class"), Word(alarm, "from"), Word(alarm, "to")));
        Assert.InRange(alarm.GetProperty("alarm").GetProperty("nowP50Seconds").GetDouble() / alarm.GetProperty("alarm").GetProperty("beforeP50Seconds").GetDouble(), 1.8, 3);

        var series = (await service.GetAsync("/v1/arcs/series?class=sim%2Ffast-nic%2F1.0&from=RUNNING_P2P&to=STOP")).Expect(200).Json;
        Assert.Equal(600, series.GetProperty("points").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, series.GetProperty("alarm").ValueKind);
        Assert.Empty((await service.GetAsync("/v1/arcs/series?class=none&from=A&to=B")).Expect(200).Json.GetProperty("points").EnumerateArray());
        (await service.GetAsync("/v1/arcs/series?class=x")).Expect(400);
    }

    [Fact]
    public async Task Calibration_is_told_by_day_and_the_days_sum_up()
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(Machines, 4);
        fleet.Remember(300, Machines);

        foreach (var sla in (await service.GetAsync("/v1/calibration")).Expect(200).Json.EnumerateArray())
        {
            foreach (var what in new[] { "paused", "violations", "bounds", "boundsMissed" })
            {
                Assert.Equal(sla.GetProperty(what).GetInt32(), sla.GetProperty("days").EnumerateArray().Sum(d => d.GetProperty(what).GetInt32()));
            }
        }
    }

    [Fact]
    public async Task What_is_written_late_is_counted_once()
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(3, 2);
        async Task<int> PausedAsync() => (await service.GetAsync("/v1/budgets")).Json.GetProperty("classes").EnumerateArray().Single(c => Word(c, "sla") == "gold").GetProperty("paused").GetInt32();
        void Write(string id, double minutesAgo) => service.Store.Append(new MeasurementBatch { Attempts = [fleet.Attempt(id, "vm-0000", 0, MigrationOutcome.Completed, 0.1, "It moved.", minutesAgo)] });
        Assert.Equal(0, await PausedAsync());
        Write("now", 1);
        Assert.Equal(1, await PausedAsync());
        Write("late", 5);
        Assert.Equal(2, await PausedAsync());
        Assert.Equal(2, await PausedAsync());
    }

    private static string Word(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
