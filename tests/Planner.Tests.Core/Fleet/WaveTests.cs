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
}
