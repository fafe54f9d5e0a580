using Planner.Evidence;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Evidence;

/// <summary>What a memory tells a machine of the machines like it.</summary>
public class LikeMachinesMemoryTests
{
    private static readonly EvidenceKey Own = new("nic", "on host pair a-b");

    private readonly EvidenceMemory _memory = new();

    [Fact]
    public void Each_group_gives_the_blackout_that_it_had_after_as_many_as_this_machine_has()
    {
        Add("on host pair c-d", 1, 2, 3);
        Add("on host pair e-f", 10, 20);
        Assert.Equal([1, 10], Others());

        Add(Own.Place, 100);
        Assert.Equal([2, 20], Others());

        Add(Own.Place, 100);
        Assert.Equal([3], Others());
    }

    [Fact]
    public void What_an_earlier_build_kept_under_the_class_alone_is_one_group()
    {
        _memory.Add(Sample("nic", 5));
        _memory.Add(Sample("nic", 6));
        Add("on host pair c-d", 1);
        Assert.Equal([5, 1], Others());
    }

    [Fact]
    public void Other_classes_and_shadows_are_no_groups_and_another_SLA_class_is_none_of_its_own()
    {
        _memory.Add(Sample(new EvidenceKey("nic2", "on host pair c-d").Text, 1));
        _memory.Add(Sample(new EvidenceKey("nic+nic", "on host pair c-d").Text, 1));
        _memory.Add(Sample(new EvidenceKey("nic", "on host pair c-d").Text, 1) with { Kind = BlackoutKind.Shadow });
        Assert.Empty(Others());

        _memory.Add(Sample(new EvidenceKey("nic", "on host pair c-d").Text, 1) with { Kind = BlackoutKind.Commit, SlaClass = "silver" });
        Assert.Equal([1], Others());
    }

    [Fact]
    public void A_machine_with_enough_of_its_own_does_not_ask_others()
    {
        Add("on host pair c-d", [.. Enumerable.Repeat(1.0, 20)]);
        Add(Own.Place, [.. Enumerable.Repeat(1.0, 9)]);
        Assert.Empty(Others());
        Assert.NotEmpty(_memory.View(0.01).OfLikeMachines(Own, BlackoutSpan.Whole, 0.01));
    }

    private IEnumerable<double> Others() => _memory.View(0.1).OfLikeMachines(Own, BlackoutSpan.Whole, 0.1).Select(b => b.ActualSeconds);

    private void Add(string place, params double[] seconds)
    {
        foreach (var actual in seconds)
        {
            _memory.Add(Sample(new EvidenceKey(Own.Class, place).Text, actual));
        }
    }

    private static BlackoutSample Sample(string key, double actual) =>
        new(key, "", BlackoutKind.Rehearsal, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(actual), default);
}
