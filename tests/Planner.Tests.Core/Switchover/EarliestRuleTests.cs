using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;
using static Planner.Tests.Switchover.RuleEvidence;

namespace Planner.Tests.Switchover;

public sealed class EarliestRuleTests
{
    [Fact]
    public void The_first_exact_count_whose_bound_fits_stops_the_guest()
    {
        var rule = new EarliestRule(SameForAll(Evaluator()));

        Assert.Equal((3, SwitchoverAction.Commit), Show(rule, [5000, 400, 300, 200, 100]));
        Assert.Equal(Verdict.Commit, rule.Moments.Last.Verdict);
        Assert.Equal(0.2, rule.Moments.Last.PredictedSeconds, 1e-9);
        Assert.InRange(((IPlannerRule)rule).BoundSeconds, 0.2, LimitSeconds);
        Assert.Equal(0, rule.Moments.Unbounded);
    }

    [Fact]
    public void A_guess_never_stops_the_guest() =>
        Assert.Equal(SwitchoverAction.Wait, new EarliestRule(SameForAll(Evaluator())).Consider(At(1, ramBytes: 0)));

    [Fact]
    public void What_fits_by_the_median_but_not_by_the_bound_does_not_fit()
    {
        var rule = new EarliestRule(SameForAll(Evaluator(score: 2)));
        Assert.Equal(-1, Show(rule, Enumerable.Repeat(200.0, 20)).Count);
        Assert.Equal(0.2, rule.Moments.Last.PredictedSeconds, 1e-9);
        Assert.True(rule.Moments.Last.BoundSeconds > LimitSeconds);
    }

    [Fact]
    public void Device_state_counts_as_memory_does()
    {
        var rule = new EarliestRule(SameForAll(Evaluator()));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(1, ramBytes: 200) with { StateBytes = 200 }));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(2, ramBytes: 100) with { StateBytes = 100 }));
    }

    [Fact]
    public void Without_evidence_it_waits_and_says_how_often()
    {
        var rule = new EarliestRule(SameForAll(Evaluator(blackouts: 5)));
        Assert.True(double.IsNaN(rule.Moments.Last.BoundSeconds));
        Assert.Equal(-1, Show(rule, Enumerable.Repeat(1.0, 7)).Count);
        Assert.Equal(7, rule.Moments.Unbounded);
        Assert.Equal(0, rule.Moments.ExactBelowBytes);
    }

    [Fact]
    public void When_the_time_is_over_the_migration_is_given_up()
    {
        var rule = new EarliestRule(SameForAll(Evaluator(withinSeconds: 1)));
        // Memory may yet come to rest, so the last chance is that of a blackout without any.
        Assert.Equal((10, SwitchoverAction.Abort), Show(rule, Enumerable.Repeat(350.0, 20)));
    }
}
