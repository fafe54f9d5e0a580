using Xunit;

namespace Planner.Tests.Fleet;

public sealed class GivenMoveTests
{
    private const string Links = "  links: [ { name: p1, capacity: 1Gbit/s }, { name: p2, capacity: 1Gbit/s }, { name: p3, capacity: 500Mbit/s } ]\n";

    [Fact]
    public void Exactly_the_machines_with_a_target_go_and_each_at_the_rate_of_its_narrowest_port()
    {
        var plan = SmallFleets.Plan(Links + """
              hosts: [ { name: h1, memory: 64GiB, links: [p1] }, { name: h2, memory: 64GiB, links: [p2] }, { name: h3, memory: 64GiB, links: [p3] } ]
              machines: [ { name: a, host: h1, memory: 2GiB, to: h2 }, { name: b, host: h1, memory: 2GiB, to: h3 }, { name: c, host: h1, memory: 2GiB } ]
              task: { moveGiven: true }
            """);

        Assert.Equal([("a", "h2", 125e6), ("b", "h3", 62.5e6)], plan.Moves.OrderBy(m => m.Machine).Select(m => (m.Machine, m.To, m.BytesPerSecond)));
    }

    [Fact]
    public void Two_machines_that_change_places_without_room_wait_in_a_circle_and_are_reported()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 16GiB }, { name: h2, memory: 16GiB }, { name: h3, memory: 16GiB } ]
              machines: [ { name: a, host: h1, memory: 10GiB, to: h2 }, { name: b, host: h2, memory: 10GiB, to: h1 }, { name: c, host: h3, memory: 1GiB, to: h1 } ]
              task: { moveGiven: true }
            """);

        Assert.Equal("c", Assert.Single(plan.Moves).Machine);
        Assert.Equal(["a", "b"], plan.Blocked.Select(b => b.Machine));
        Assert.All(plan.Blocked, b => Assert.Contains("waits in a circle", b.Reason, StringComparison.Ordinal));
        Assert.False(plan.IsFeasible);
    }

    [Fact]
    public void With_a_little_room_the_same_change_of_places_is_a_chain()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 16GiB }, { name: h2, memory: 21GiB } ]
              machines: [ { name: a, host: h1, memory: 10GiB, to: h2 }, { name: b, host: h2, memory: 10GiB, to: h1 } ]
              task: { moveGiven: true }
            """);

        Assert.True(plan.IsFeasible);
        Assert.Equal(["a", "b"], plan.Moves.Select(m => m.Machine));
        Assert.Equal([0], plan.Moves[1].After);
    }

    [Fact]
    public void A_target_that_is_too_small_is_named_with_what_it_lacks()
    {
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h1, memory: 16GiB }, { name: h2, memory: 8GiB } ]
              machines: [ { name: a, host: h1, memory: 10GiB, to: h2 } ]
              task: { moveGiven: true }
            """);

        var blocked = Assert.Single(plan.Blocked);
        Assert.Equal(("its target h2 has too little memory", "2.00 GiB of memory more on h2"), (blocked.Reason, blocked.CheapestChange));
    }

    [Fact]
    public void Small_plans_are_as_short_as_their_bound_allows_or_nearly_so()
    {
        var ratios = Enumerable.Range(1, 30).Select(seed => SmallFleets.Plan(GeneratedFleets.Given(10, (ulong)seed), replications: 10)).Select(p => SmallFleets.Makespan(p) / p.LowerBoundSeconds).ToList();

        Assert.All(ratios, r => Assert.True(r >= 1 - 1e-9));
        Assert.InRange(ratios.Average(), 1, 1.06);
    }
}
