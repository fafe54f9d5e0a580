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

    [Theory]
    [InlineData(0.95, 4, 60)]
    [InlineData(0.97, 4, 60)]
    [InlineData(0.97, 40, 70)]
    [InlineData(0.97, 2, 6)]
    public void Where_memory_and_vCPUs_are_scarce_at_once_every_machine_finds_its_place_too(double fill, double least, double range)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var plan = SmallFleets.Plan(GeneratedFleets.Planted(15, fill, u => least + range * u, seed, withVCpus: true), replications: 1);

            Assert.True(plan.Blocked.Count == 0, $"seed {seed}: {plan.Blocked.Count} of {plan.Moves.Count + plan.Blocked.Count} have no place");
        }
    }

    [Fact]
    public void Where_there_is_too_little_for_all_most_find_a_place_and_the_rest_is_named()
    {
        var fleet = GeneratedFleets.Planted(15, 0.97, u => 4 + 60 * u, 1);
        var plan = SmallFleets.Plan(fleet with { Hosts = [.. fleet.Hosts.Select(h => h.Name is "stay0" or "stay1" or "stay2" ? h with { MemoryBytes = fleet.Machines.Single(m => m.Host == h.Name).MemoryBytes } : h)] }, replications: 1);

        Assert.InRange(plan.Blocked.Count, 1, 40);
        Assert.All(plan.Blocked, b => Assert.Contains("memory", b.Reason, StringComparison.Ordinal));
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
