using Xunit;

namespace Planner.Tests.Fleet;

public sealed class PackingTests
{
    [Theory]
    [InlineData(0.90, 4, 60)]
    [InlineData(0.95, 4, 60)]
    [InlineData(0.97, 4, 60)]
    [InlineData(0.97, 40, 70)]
    [InlineData(0.97, 1, 7)]
    [InlineData(0.99, 4, 60)]
    public void Where_a_placement_was_planted_every_machine_finds_a_place(double fill, double least, double range)
    {
        for (var seed = 1UL; seed <= 4; seed++)
        {
            var plan = SmallFleets.Plan(GeneratedFleets.Planted(25, fill, u => least + range * u, seed), replications: 1);

            Assert.True(plan.Blocked.Count == 0, $"seed {seed}: {plan.Blocked.Count} of {plan.Moves.Count + plan.Blocked.Count} have no place");
        }
    }

    [Fact]
    public void Planted_sizes_in_powers_of_two_all_find_a_place()
    {
        for (var seed = 1UL; seed <= 4; seed++)
        {
            Assert.Empty(SmallFleets.Plan(GeneratedFleets.Planted(40, 0.97, u => 4 << (int)(u * 5), seed), replications: 1).Blocked);
        }
    }

    [Fact]
    public void A_gap_that_only_one_pair_fills_is_found()
    {
        // First fit by falling size puts 6 with 4 or 5 and leaves one out; 6 + 3 and 5 + 4 fill both hosts.
        var plan = SmallFleets.Plan("""
              hosts: [ { name: h0, memory: 64GiB }, { name: h1, memory: 9GiB }, { name: h2, memory: 9GiB }, { name: h3, memory: 10GiB } ]
              machines:
                - { name: a, host: h0, memory: 6GiB }
                - { name: b, host: h0, memory: 5GiB }
                - { name: c, host: h0, memory: 4GiB }
                - { name: d, host: h0, memory: 3GiB }
                - { name: e, host: h0, memory: 7GiB }
                - { name: f, host: h0, memory: 3GiB }
              task: { drain: [h0] }
            """);

        Assert.Empty(plan.Blocked);
    }
}
