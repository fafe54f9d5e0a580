using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Evidence;

public sealed class EvidenceMemoryTests
{
    private static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Stop);
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Commits_of_any_SLA_class_and_rehearsals_count_and_shadow_outcomes_never()
    {
        var memory = new EvidenceMemory();
        var commit = Blackout(seconds: 2) with { SlaClass = "gold" };
        var all = new[]
        {
            commit,
            commit with { SlaClass = "silver", Actual = TimeSpan.FromSeconds(3) },
            commit with { SlaClass = "", Kind = BlackoutKind.Rehearsal, Actual = TimeSpan.FromSeconds(4) },
            commit with { Kind = BlackoutKind.Shadow },
            commit with { Kind = BlackoutKind.Shadow, Span = BlackoutSpan.AfterQuiesce },
            commit with { DeviceClass = "another" },
            commit with { Actual = TimeSpan.FromSeconds(5) },
        };
        memory.Add(new MeasurementBatch { Attempts = [Ledger.With(all)] });

        var past = memory.View(0.01).Blackouts("nic", BlackoutSpan.Whole);
        Assert.Equal([(2.0, false), (3.0, false), (4.0, true), (5.0, false)], past.Select(b => (b.ActualSeconds, b.Rehearsed)));
        Assert.Empty(memory.View(0.01).Blackouts("nic", BlackoutSpan.AfterQuiesce));
    }

    [Fact]
    public void A_view_does_not_change_and_is_not_made_again_while_nothing_comes()
    {
        var memory = new EvidenceMemory();
        memory.Add(ArcOf(0.1));
        memory.Add(Blackout(seconds: 1));
        var view = memory.View(0.5);
        Assert.Same(view, memory.View(0.5));

        memory.Add(ArcOf(0.2));
        memory.Add(Blackout(seconds: 2));
        Assert.Equal([0.1], view.Of("nic").Seconds(Load));
        Assert.Equal([1.0], view.Blackouts("nic", BlackoutSpan.Whole).Select(b => b.ActualSeconds));
        Assert.Equal([0.1, 0.2], memory.View(0.5).Of("nic").Seconds(Load));
        Assert.Equal(2, memory.View(0.5).Blackouts("nic", BlackoutSpan.Whole).Count);
    }

    [Fact]
    public void What_has_not_changed_stays_the_same_object_so_that_nothing_of_it_is_made_again()
    {
        var memory = new EvidenceMemory();
        memory.Add(ArcOf(0.1));
        memory.Add(ArcOf(0.1) with { DeviceClass = "gpu" });
        var before = memory.View(0.01);
        memory.Add(ArcOf(0.2));

        Assert.Same(before.Of("gpu"), memory.View(0.01).Of("gpu"));
        Assert.NotSame(before.Of("nic"), memory.View(0.01).Of("nic"));
    }

    [Fact]
    public void The_scores_of_a_view_are_those_that_its_list_gives_to_whoever_reads_it()
    {
        var memory = new EvidenceMemory();
        for (var i = 1; i <= SampleWindow.DefaultCapacity + 700; i++)
        {
            memory.Add(Blackout(seconds: 0.8 + (0.4 * (i * 0.6180339887 % 1))));
            if (i % 50 == 0)
            {
                var seen = memory.View(0.01).Blackouts("nic", BlackoutSpan.Whole);
                Assert.Equal(PastBlackouts.Of([.. seen]).Table(0.01).Bound, seen.Table(0.01).Bound);
            }
        }

        Assert.Equal(SampleWindow.DefaultCapacity + 200, memory.View(0.01).Blackouts("nic", BlackoutSpan.Whole).Count);
    }

    [Fact]
    public void A_failed_arc_says_nothing_of_how_long_it_takes_and_a_late_one_does()
    {
        var memory = new EvidenceMemory();
        memory.Add(ArcOf(0.1));
        memory.Add(ArcOf(9) with { Outcome = ArcOutcome.Failed });
        memory.Add(ArcOf(0.2) with { Outcome = ArcOutcome.CompletedLate });

        Assert.Equal([0.1, 0.2], memory.View(0.1).Of("nic").Seconds(Load));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    public void A_blackout_that_cannot_be_is_no_evidence(double predicted, double actual)
    {
        var memory = new EvidenceMemory();
        memory.Add(Blackout(actual) with { Predicted = TimeSpan.FromSeconds(predicted) });

        Assert.Empty(memory.View(0.1).Blackouts("nic", BlackoutSpan.Whole));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlackoutHistory().Add(new PastBlackout(predicted, actual)));
    }

    private static ArcSample ArcOf(double seconds) => new("nic0", "nic", Load, TimeSpan.FromSeconds(seconds), ArcOutcome.Completed, Start);

    private static BlackoutSample Blackout(double seconds) =>
        new("nic", "", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(seconds), Start);
}
