using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class DrainTests
{
    private const string Ports = "  links: [ { name: p1, capacity: 1Gbit/s }, { name: p2, capacity: 1Gbit/s }, { name: p3, capacity: 1Gbit/s } ]\n";

    [Fact]
    public void A_host_is_emptied_onto_those_that_stay_in_the_time_that_its_port_takes()
    {
        var plan = SmallFleets.Plan(Ports + """
              hosts: [ { name: h1, memory: 64GiB, links: [p1] }, { name: h2, memory: 64GiB, links: [p2] }, { name: h3, memory: 64GiB, links: [p3] } ]
              machines: [ { name: a, host: h1, memory: 10GiB }, { name: b, host: h1, memory: 10GiB }, { name: c, host: h2, memory: 30GiB } ]
              task: { drain: [h1] }
            """);

        Assert.True(plan.IsFeasible);
        Assert.Equal(["a", "b"], plan.Moves.Select(m => m.Machine).Order());
        Assert.All(plan.Moves, m => Assert.NotEqual("h1", m.To));
        Assert.Equal(20.0 * (1L << 30) / 125e6, plan.LowerBoundSeconds, 6);
        Assert.Equal(plan.LowerBoundSeconds, SmallFleets.Makespan(plan), 6);
        Assert.Null(plan.LastSafeStart["h1"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_plan_keeps_every_limit_at_every_moment(ulong seed)
    {
        foreach (var fleet in (FleetSpec[])[GeneratedFleets.Drain(24, 5, 0.7, seed), GeneratedFleets.Drain(30, 10, 0.55, seed, hostsPerRack: 10, oversubscription: 4), GeneratedFleets.Drain(40, 10, 0.7, seed) with { Links = [.. GeneratedFleets.Drain(40, 10, 0.7, seed).Links.Select(l => l with { BytesPerSecond = l.BytesPerSecond * (l.Name.Length % 2 + 1) })] }])
        {
            var plan = SmallFleets.Plan(fleet, replications: 20, seed);

            Assert.Empty(plan.Blocked);
            Assert.InRange(SmallFleets.Makespan(plan), plan.LowerBoundSeconds * 0.999999, plan.LowerBoundSeconds * 1.02);
            Assert.Equal(fleet.Machines.Count(m => fleet.Task.Drain.Contains(m.Host)), plan.Moves.Select(m => m.Machine).Distinct().Count());
        }
    }

    [Fact]
    public void With_devices_and_groups_a_drain_is_within_a_twentieth_of_its_bound_and_every_machine_has_a_place()
    {
        var fleet = GeneratedFleets.WithDevicesAndGroups(GeneratedFleets.Drain(100, 20, 0.65, 1));
        var plan = SmallFleets.Plan(fleet, replications: 10);

        Assert.Empty(plan.Blocked);
        Assert.InRange(SmallFleets.Makespan(plan) / plan.LowerBoundSeconds, 0.999999, 1.05);
    }

    [Fact]
    public void Devices_groups_and_processors_are_respected_and_a_machine_without_a_place_is_named_with_the_smallest_change()
    {
        var plan = SmallFleets.Plan("""
              hosts:
                - { name: h1, memory: 64GiB, devices: { vf: 4 } }
                - { name: h2, memory: 64GiB, devices: { vf: 1 }, vcpus: 8 }
                - { name: h3, memory: 12GiB }
              machines:
                - { name: nic1, host: h1, memory: 4GiB, vcpus: 2, devices: [ { needs: vf } ] }
                - { name: nic2, host: h1, memory: 4GiB, vcpus: 2, devices: [ { needs: vf } ] }
                - { name: db1, host: h1, memory: 8GiB, vcpus: 8, antiAffinity: db }
                - { name: db2, host: h2, memory: 8GiB, vcpus: 2, antiAffinity: db }
              task: { drain: [h1] }
            """);

        Assert.False(plan.IsFeasible);
        Assert.Equal(["db1", "nic1"], plan.Moves.Select(m => m.Machine).Order());
        Assert.Equal("h3", plan.Moves.Single(m => m.Machine == "db1").To);
        var blocked = Assert.Single(plan.Blocked);
        Assert.Equal("nic2", blocked.Machine);
        Assert.Contains("too little vf", blocked.Reason, StringComparison.Ordinal);
        Assert.Equal("1 of vf more on h2", blocked.CheapestChange);
    }

    [Fact]
    public void A_machine_that_writes_faster_than_its_class_allows_stays_and_the_rest_goes()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 128GiB }, { name: h2, memory: 128GiB } ]
              machines:
                - { name: busy, host: h1, memory: 64GiB, sla: gold, dirty: { workingSet: 40GiB, timeConstant: 4s } }
                - { name: calm, host: h1, memory: 8GiB, sla: gold, dirty: { workingSet: 1GiB, timeConstant: 10s } }
              task: { drain: [h1], finishWithin: 1h }
            """);

        Assert.Equal("calm", Assert.Single(plan.Moves).Machine);
        var blocked = Assert.Single(plan.Blocked);
        Assert.Equal("busy", blocked.Machine);
        Assert.Contains("the class gold allows 300 ms", blocked.Reason, StringComparison.Ordinal);
        Assert.Contains("memory below which pre-copy does not get", blocked.Reason, StringComparison.Ordinal);
        Assert.Contains("a dirty-rate limit <=", blocked.CheapestChange, StringComparison.Ordinal);
        Assert.Null(plan.LastSafeStart["h1"]);
        Assert.False(plan.IsFeasible);
    }

    [Fact]
    public void A_class_that_allows_it_gets_a_dirty_rate_limit_and_the_machine_moves()
    {
        var fleet = SmallFleets.Read("""
              hosts: [ { name: h1, memory: 128GiB }, { name: h2, memory: 128GiB } ]
              machines: [ { name: busy, host: h1, memory: 64GiB, sla: gold, dirty: { workingSet: 40GiB, timeConstant: 4s } } ]
              task: { drain: [h1] }
            """);
        var gold = Planner.Documents.BuiltInPolicies.All.Single(c => c.Name == "gold");
        var plan = new Planner.Fleet.FleetPlanner(fleet, [gold with { DirtyRateFloorBytesPerSecond = 10e6, CompleteWithin = TimeSpan.FromHours(1) }], SmallFleets.Devices).Plan(new());

        var move = Assert.Single(plan.Moves);
        Assert.Equal(move.BytesPerSecond / 2, move.DirtyRateLimitBytesPerSecond);
        Assert.True(move.BlackoutBoundSeconds <= 0.3);
    }

    [Fact]
    public void Spare_hosts_receive_nothing_and_are_named_where_they_would_help()
    {
        const string Spec = """
              hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB }, { name: h3, memory: 64GiB } ]
              machines: [ { name: a, host: h1, memory: 40GiB }, { name: b, host: h2, memory: 32GiB } ]
              task: { drain: [h1], keepSpareHosts: 1 }
            """;

        var blocked = Assert.Single(SmallFleets.Plan(Spec).Blocked);
        Assert.Equal(("a", "keepSpareHosts: 0"), (blocked.Machine, blocked.CheapestChange));
        Assert.Equal("h3", Assert.Single(SmallFleets.Plan(Spec.Replace(", keepSpareHosts: 1", "", StringComparison.Ordinal)).Moves).To);
    }

    [Fact]
    public void Room_is_made_only_where_the_task_allows_it_and_who_makes_it_leaves_first()
    {
        const string Spec = """
              hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 48GiB }, { name: h3, memory: 24GiB } ]
              machines: [ { name: a, host: h1, memory: 40GiB }, { name: b, host: h2, memory: 16GiB } ]
              task: { drain: [h1] }
            """;

        Assert.Contains("makeRoom: true", Assert.Single(SmallFleets.Plan(Spec).Blocked).CheapestChange, StringComparison.Ordinal);
        var plan = SmallFleets.Plan(Spec.Replace("[h1]", "[h1], makeRoom: true", StringComparison.Ordinal));
        Assert.True(plan.IsFeasible);
        Assert.Equal(["b", "a"], plan.Moves.Select(m => m.Machine));
        Assert.Equal([0], plan.Moves[1].After);
    }

    [Fact]
    public void With_every_host_to_be_emptied_every_machine_is_reported_and_nothing_moves()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB } ]
              machines: [ { name: a, host: h1, memory: 40GiB }, { name: b, host: h2, memory: 32GiB } ]
              task: { drain: [h1, h2], finishWithin: 1h }
            """);

        Assert.Empty(plan.Moves);
        Assert.Equal(["a", "b"], plan.Blocked.Select(b => b.Machine));
        Assert.Contains("no host is left", plan.Blocked[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_inputs_give_the_same_plan_and_others_another_hash()
    {
        var fleet = GeneratedFleets.Drain(20, 4, 0.7, 3);
        var (one, again) = (SmallFleets.Plan(fleet), SmallFleets.Plan(fleet));
        var other = SmallFleets.Plan(fleet with { Machines = [.. fleet.Machines.Select((m, i) => i == 0 ? m with { MemoryBytes = m.MemoryBytes - 1 } : m)] });

        Assert.Equal(one.Hash, again.Hash);
        Assert.Equal(one.Moves.Select(m => (m.Machine, m.To, m.StartSeconds)), again.Moves.Select(m => (m.Machine, m.To, m.StartSeconds)));
        Assert.NotEqual(one.InputsHash, other.InputsHash);
        Assert.NotEqual(one.Hash, other.Hash);
    }
}
