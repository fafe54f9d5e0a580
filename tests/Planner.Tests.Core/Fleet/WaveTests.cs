using Planner.Fleet;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class WaveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_host_is_emptied_and_rebooted_once_and_no_limit_is_broken(ulong seed)
    {
        var fleet = GeneratedFleets.Upgrade(40, 0.65, seed);
        var plan = SmallFleets.Plan(fleet, replications: 50, seed);

        Assert.True(plan.IsFeasible, plan.Reason);
        Assert.Equal(fleet.Hosts.Select(h => h.Name).Order(), plan.Reboots.Select(r => r.Host).Order());
        Assert.All(fleet.Machines, m => Assert.Contains(plan.Moves, move => move.Machine == m.Name));
        Assert.True(plan.MakespanP50Seconds >= plan.LowerBoundSeconds);
    }

    [Fact]
    public void There_are_at_least_five_plans_to_choose_from_none_of_which_beats_another_in_both_time_and_moves()
    {
        var choices = SmallFleets.Plan(GeneratedFleets.Upgrade(60, 0.7, 1), replications: 50).Choices;

        Assert.True(choices.Count >= 5, $"{choices.Count} choices");
        Assert.Single(choices, c => c.IsChosen);
        Assert.Equal(choices.OrderBy(c => c.MovesPerMachine), choices.OrderByDescending(c => c.MakespanP50Seconds));
        Assert.All(choices, c => Assert.True(c.MakespanP95Seconds >= c.MakespanP50Seconds && c.MostMovesOfAMachine >= 1));
    }

    [Fact]
    public void With_time_enough_the_plan_with_the_fewest_moves_is_taken()
    {
        var fleet = GeneratedFleets.Upgrade(30, 0.6, 1);
        var plan = SmallFleets.Plan(fleet with { Task = fleet.Task with { FinishWithin = TimeSpan.FromDays(1) } }, replications: 50);

        Assert.True(plan.Choices[0].IsChosen);
        Assert.True(plan.ProbabilityInTime > 0.99);
        Assert.All(plan.LastSafeStart.Values, last => Assert.InRange(last!.Value, 1, 86400));
    }

    [Fact]
    public void A_machine_that_cannot_move_keeps_its_host_from_the_reboot_and_the_other_hosts_are_done()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB }, { name: h3, memory: 64GiB } ]
              machines:
                - { name: busy, host: h1, memory: 32GiB, sla: gold, dirty: { workingSet: 20GiB, timeConstant: 1s } }
                - { name: calm, host: h2, memory: 32GiB, sla: gold }
              task: { upgrade: all, reboot: 5m }
            """);

        Assert.False(plan.IsFeasible);
        Assert.Equal("busy", Assert.Single(plan.Blocked).Machine);
        Assert.Equal(["h2", "h3"], plan.Reboots.Select(r => r.Host).Order());
        Assert.All(plan.Moves, m => Assert.Equal("calm", m.Machine));
    }

    [Fact]
    public void One_host_alone_cannot_be_emptied()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 64GiB } ]
              machines: [ { name: a, host: h1, memory: 32GiB } ]
              task: { upgrade: all }
            """);

        Assert.False(plan.IsFeasible);
        Assert.Empty(plan.Reboots);
        Assert.Equal("a", Assert.Single(plan.Blocked).Machine);
    }

    [Fact]
    public void Where_no_host_can_be_emptied_nothing_moves_and_every_host_keeps_running()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB } ]
              machines:
                - { name: a, host: h1, memory: 32GiB, sla: gold, dirty: { workingSet: 20GiB, timeConstant: 1s } }
                - { name: b, host: h2, memory: 32GiB, sla: gold, dirty: { workingSet: 20GiB, timeConstant: 1s } }
              task: { upgrade: all, finishWithin: 1h }
            """);

        Assert.Empty(plan.Moves);
        Assert.Empty(plan.Reboots);
        Assert.Equal(["a", "b"], plan.Blocked.Select(b => b.Machine));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Half_way_the_rest_is_planned_anew_and_no_rebooted_host_is_emptied_again(double share)
    {
        var fleet = GeneratedFleets.Upgrade(40, 0.65, 1);
        var planner = new FleetPlanner(fleet, Documents.BuiltInPolicies.All, SmallFleets.Devices);
        var plan = planner.Plan(new PlanOptions(1, 20));
        var progress = At(plan, SmallFleets.Makespan(plan) * share);
        var again = planner.ReplanUpgrade(plan, progress, new PlanOptions(1, 20));

        Assert.Equal(fleet.Hosts.Select(h => h.Name).Order(), again.Reboots.Select(r => r.Host).Concat(progress.Rebooted).Order());
        Assert.DoesNotContain(again.Moves, m => progress.Rebooted.Contains(m.From) || progress.RebootingUntilSeconds.ContainsKey(m.From));
        Assert.Equal(progress.Running.Select(r => (r.Machine, r.To)).Order(), again.Moves.Take(progress.Running.Count).Select(m => (m.Machine, m.To)).Order());
        Assert.All(again.Moves.Skip(progress.Running.Count), m => Assert.True(m.StartSeconds >= progress.NowSeconds));
        Assert.Empty(PlanChecker.Problems(Now(fleet, progress), again));
        Assert.True(again.MakespanP50Seconds >= again.LowerBoundSeconds, $"{again.MakespanP50Seconds} {again.LowerBoundSeconds}");
    }

    [Fact]
    public void A_machine_that_stayed_half_way_keeps_its_host_and_the_others_are_rebooted()
    {
        var fleet = GeneratedFleets.Upgrade(20, 0.6, 3);
        var planner = new FleetPlanner(fleet, Documents.BuiltInPolicies.All, SmallFleets.Devices);
        var plan = planner.Plan(new PlanOptions(1, 20));
        var progress = At(plan, SmallFleets.Makespan(plan) / 3);
        var stays = plan.Moves.Last(m => !progress.HostNow.ContainsKey(m.Machine) && progress.Running.All(r => r.Machine != m.Machine));
        var again = planner.ReplanUpgrade(plan, progress with { Staying = [new BlockedMachine(stays.Machine, "it stayed", "wait")] }, new PlanOptions(1, 20));

        var kept = fleet.Machines.Single(m => m.Name == stays.Machine).Host;
        Assert.Contains(again.Blocked, b => b is { Reason: "it stayed" } && b.Machine == stays.Machine);
        Assert.DoesNotContain(again.Reboots, r => r.Host == kept);
        Assert.DoesNotContain(again.Moves, m => m.Machine == stays.Machine);
        Assert.Empty(PlanChecker.Problems(Now(fleet, progress), again));
        Assert.Throws<ArgumentException>(() => planner.ReplanUpgrade(plan, progress with { Rebooted = ["no such host"] }, new PlanOptions()));
        Assert.Throws<ArgumentException>(() => planner.ReplanUpgrade(plan with { InputsHash = "other" }, progress, new PlanOptions()));
    }

    // Where a plan is at a moment if each step takes as long as its middle.
    private static UpgradeProgress At(FleetPlan plan, double now)
    {
        var ended = plan.Moves.Where(m => m.StartSeconds + m.P50Seconds <= now).OrderBy(m => m.StartSeconds).ToList();
        return new UpgradeProgress(
            now,
            ended.GroupBy(m => m.Machine).ToDictionary(g => g.Key, g => g.Last().To),
            [.. plan.Moves.Where(m => m.StartSeconds < now && m.StartSeconds + m.P50Seconds > now).Select(m => new RunningMove(m.Machine, m.From, m.To, m.StartSeconds + m.P50Seconds))],
            [.. plan.Reboots.Where(r => r.StartSeconds + r.Seconds <= now).Select(r => r.Host)],
            plan.Reboots.Where(r => r.StartSeconds < now && r.StartSeconds + r.Seconds > now).ToDictionary(r => r.Host, r => r.StartSeconds + r.Seconds));
    }

    private static FleetSpec Now(FleetSpec fleet, UpgradeProgress progress) =>
        fleet with { Machines = [.. fleet.Machines.Select(m => progress.HostNow.TryGetValue(m.Name, out var host) ? m with { Host = host } : m)] };
}
