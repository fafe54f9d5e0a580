using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.RuleEvidence;

namespace Planner.Tests.Switchover;

public sealed class CalmestRuleTests
{
    [Fact]
    public void A_machine_whose_moments_are_all_alike_is_stopped_at_the_third_count() =>
        Assert.Equal((2, SwitchoverAction.Commit), Show(Rule(), Enumerable.Repeat(200.0, 20)));

    [Fact]
    public void It_waits_for_the_lull_of_a_bursty_machine() =>
        Assert.Equal((9, SwitchoverAction.Commit), Show(Rule(), Bursty(lull: 50, busy: 200, period: 8, first: 1)));

    [Fact]
    public void Counts_that_did_not_fit_do_not_keep_it_from_waiting_for_the_lull()
    {
        // The first rounds of every migration are far too large.
        Assert.Equal((9, SwitchoverAction.Commit), Show(Rule(), new[] { 90_000.0 }.Concat(Bursty(lull: 50, busy: 200, period: 8, first: 0))));
        Assert.Equal((9, SwitchoverAction.Commit), Show(Rule(), Bursty(lull: 50, busy: 900, period: 8, first: 1)));
    }

    [Fact]
    public void The_only_kind_of_moment_that_fits_is_taken() =>
        Assert.Equal((8, SwitchoverAction.Commit), Show(Rule(), Enumerable.Repeat(900.0, 8).Append(200).Concat(Enumerable.Repeat(900.0, 100))));

    [Fact]
    public void It_does_not_wait_without_end_for_a_lull_that_never_comes_again()
    {
        var series = new[] { 50.0 }.Concat(Enumerable.Repeat(200.0, 1000));
        var (count, action) = Show(Rule(), series);
        Assert.Equal(SwitchoverAction.Commit, action);
        Assert.InRange(count, 3, 130);
    }

    [Fact]
    public void The_last_moment_that_fits_before_the_end_is_taken()
    {
        // Its end is in sight long before the next lull.
        const double Within = 2;
        var rule = Rule(Within);
        var (count, action) = Show(rule, new[] { 50.0, 50 }.Concat(Enumerable.Repeat(200.0, 100)));
        Assert.Equal(SwitchoverAction.Commit, action);
        Assert.InRange((count + 1) * 0.1 + rule.Moments.Last.BoundSeconds, 1, Within);
    }

    [Fact]
    public void When_the_time_is_over_the_migration_is_given_up() =>
        Assert.Equal(SwitchoverAction.Abort, Show(Rule(1), Enumerable.Repeat(900.0, 20)).Action);

    [Fact]
    public void Without_evidence_it_waits() => Assert.Equal(-1, Show(new CalmestRule(SameForAll(Evaluator(blackouts: 5)), 1000), Enumerable.Repeat(1.0, 50)).Count);

    [Fact]
    public void It_never_stops_at_what_does_not_fit_and_hardly_ever_misses_all_that_does()
    {
        var (commits, migrations) = (0, 300);
        for (var seed = 1; seed <= migrations; seed++)
        {
            var random = new Random(seed);
            var rule = Rule(20);
            double[] series = [.. Enumerable.Range(0, 199).Select(_ => 100 * Math.Exp(3 * random.NextDouble()))];
            var (count, action) = Show(rule, series);
            if (action == SwitchoverAction.Commit)
            {
                commits++;
                Assert.Equal(Verdict.Commit, rule.Moments.Last.Verdict);
                Assert.InRange(rule.Moments.Last.BoundSeconds, 0, LimitSeconds);
                Assert.True(series[count] < 300, $"seed {seed}");
            }
        }

        Assert.Equal(migrations, commits);
    }

    [Fact]
    public void It_stops_at_calmer_moments_than_the_earliest_rule()
    {
        var (calmest, earliest) = (0.0, 0.0);
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            double[] series = [5000, .. Enumerable.Range(0, 500).Select(_ => 50 + 300 * random.NextDouble())];
            calmest += series[Show(Rule(), series).Count];
            earliest += series[Show(new EarliestRule(SameForAll(Evaluator())), series).Count];
        }

        Assert.InRange(calmest, 0, 0.8 * earliest);
    }

    private static CalmestRule Rule(double withinSeconds = 1000) => new(SameForAll(Evaluator(withinSeconds: withinSeconds)), withinSeconds);

    private static IEnumerable<double> Bursty(double lull, double busy, int period, int first) =>
        Enumerable.Range(0, 400).Select(i => i % period == first ? lull : busy);
}
