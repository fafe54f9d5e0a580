using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>Under what the blackouts of machines behind a hypervisor are kept, and which machines are like one.</summary>
public class MachineKeysTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void The_way_back_is_the_same_place_and_other_hosts_are_another_group_of_the_class()
    {
        var there = Keys(4 * GiB, "a", "b");
        Assert.Equal(there, Keys(4 * GiB, "b", "a"));
        Assert.NotEqual(there, Keys(4 * GiB, "a", "c"));
        Assert.Equal(there.Class, Keys(4 * GiB, "c", "d").Class);
        Assert.EndsWith("on host pair a-b", there.Place, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 4, true)]
    [InlineData(4, 4, true)]
    [InlineData(4, 5, false)]
    public void Machines_with_memory_of_about_one_size_are_alike(int one, int other, bool alike) =>
        Assert.Equal(alike, Keys(one * GiB, "a", "b").Class == Keys(other * GiB, "c", "d").Class);

    [Fact]
    public void Within_a_host_and_between_hosts_are_no_like_links() => Assert.NotEqual(Keys(GiB, "a", "a").Class, Keys(GiB, "a", "b").Class);

    [Theory]
    [InlineData(8, Verdict.Stay)]
    [InlineData(9, Verdict.Commit)]
    public void A_machine_on_hosts_that_were_never_seen_is_carried_by_enough_other_pairs_of_hosts(int pairs, Verdict verdict)
    {
        var memory = new EvidenceMemory();
        for (var pair = 0; pair < pairs; pair++)
        {
            memory.Add(new BlackoutSample(
                new MachineKeys(KnownMachine.Offer(), new HostPair("a", $"c{pair}")).Blackouts.Text, "lab", BlackoutKind.Commit, BlackoutSpan.Whole,
                TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(21), default));
        }

        var sla = new SlaTerms { Class = "lab", BlackoutLimitSeconds = 1, Confidence = 0.9 };
        var snapshot = new KnownMachine(memory).Snapshots().Snapshot(sla, 1e9, 0, 0, []);
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        Assert.Equal(verdict, evaluator.Decide(evaluator.Moment).Verdict);
    }

    private static EvidenceKey Keys(long ramBytes, string one, string other) =>
        new MachineKeys(KnownMachine.Offer() with { RamBytes = ramBytes }, new HostPair(one, other)).Blackouts;
}
