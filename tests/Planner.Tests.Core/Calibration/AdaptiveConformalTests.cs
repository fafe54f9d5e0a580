using CsCheck;
using Planner.Estimators;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Calibration;

public sealed class AdaptiveConformalTests
{
    [Theory]
    [InlineData(0.1, 9)]
    [InlineData(0.01, 99)]
    [InlineData(0.001, 999)]
    public void There_is_no_bound_before_there_are_as_many_scores_as_split_conformal_prediction_needs(double allowed, int need)
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(allowed));
        for (var i = 0; i < need; i++)
        {
            Assert.Equal(i, bound.Count);
            Assert.True(double.IsNaN(bound.ScoreBound(allowed)));
            bound.Update(1 + i * 1e-6);
        }

        Assert.True(double.IsFinite(bound.ScoreBound(allowed)));
    }

    /// <summary>The feedback makes the count of misses vary less than a binomial one, so the binomial limit of five standard deviations fails with a
    /// probability below one in a million.</summary>
    [Theory]
    [InlineData(0.1, 20_000)]
    [InlineData(0.01, 20_000)]
    [InlineData(0.001, 60_000)]
    public void Independent_scores_exceed_the_bound_as_often_as_allowed_and_at_the_split_conformal_width(double allowed, int steps)
    {
        var options = new AdaptiveConformalOptions(allowed);
        var bound = new AdaptiveConformal(options);
        var last = new SampleWindow(options.Window);
        var draws = new SeededStream(seed: 1, cell: 0, migration: 0, purpose: 0);
        var (misses, sum, plainSum) = (0, 0.0, 0.0);
        for (var i = -options.Window; i < steps; i++)
        {
            var score = Math.Exp(0.1 * draws.NextNormal());
            if (i >= 0)
            {
                misses += score > bound.ScoreBound(allowed) ? 1 : 0;
                sum += bound.ScoreBound(allowed);
                plainSum += last.Sorted[(int)Math.Ceiling((options.Window + 1) * (1 - allowed)) - 1];
            }

            bound.Update(score);
            last.Add(score);
        }

        var deviation = Math.Sqrt(steps * allowed * (1 - allowed));
        Assert.InRange(misses, steps * allowed - 5 * deviation, steps * allowed + 5 * deviation);
        Assert.InRange(sum / plainSum, 0.98, 1.02);
    }

    /// <summary>Of 100 series one may raise a false alarm in the mean; 9 have a probability below one in a million.</summary>
    [Fact]
    public void Independent_scores_hardly_ever_make_it_recalibrate()
    {
        var alarms = 0;
        for (var run = 0; run < 100; run++)
        {
            var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
            var draws = new SeededStream(seed: 8, cell: 0, migration: run, purpose: 0);
            for (var i = 0; i < 3000 && !bound.IsRecalibrating; i++)
            {
                Run(bound, ref draws, 1, 1);
            }

            alarms += bound.IsRecalibrating ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 8);
    }

    [Fact]
    public void A_step_up_is_missed_a_few_times_and_then_bounded_from_the_new_level()
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        var draws = new SeededStream(seed: 2, cell: 0, migration: 0, purpose: 0);
        Run(bound, ref draws, 1, 3000);
        Assert.False(bound.IsRecalibrating);

        var misses = Run(bound, ref draws, 2, 30);

        Assert.InRange(misses, 1, 5);
        Assert.True(bound.IsRecalibrating);
        Run(bound, ref draws, 2, 100);
        Assert.False(bound.IsRecalibrating);
        Assert.InRange(bound.ScoreBound(0.01), 2.0, 2.8);
    }

    /// <summary>Blackouts on a busy host scatter by a factor of two, and some in a row are six times as long.</summary>
    [Fact]
    public void After_a_step_among_scores_that_scatter_the_bound_is_as_wide_as_they_scatter_and_no_tail_of_theirs()
    {
        const double Allowed = 0.01;
        var draws = new Random(5);
        double Scattered(double level) => level * Math.Exp(0.7 * Math.Sqrt(-2 * Math.Log(1 - draws.NextDouble())) * Math.Cos(2 * Math.PI * draws.NextDouble()));
        var bounds = new List<double>();
        for (var world = 0; world < 40; world++)
        {
            var bound = new AdaptiveConformal(BlackoutScores.Options(Allowed));
            for (var i = 0; i < 380; i++)
            {
                bound.Update(Scattered(1));
            }

            for (var i = 0; i < 30 && !bound.IsRecalibrating; i++)
            {
                bound.Update(Scattered(6));
            }

            Assert.True(bound.IsRecalibrating);
            bounds.Add(bound.ScoreBound(Allowed) / 6);
        }

        bounds.Sort();

        // The scatter's own 99 % lies at 5.1 times the level. The tail that was continued before gave 30 on the median and 84 at the most.
        Assert.InRange(bounds[0], 5.1, 24);
        Assert.InRange(bounds[20], 5.1, 24);
        Assert.InRange(bounds[^1], 5.1, 60);
    }

    [Fact]
    public void A_step_down_is_followed_when_half_of_the_level_window_has_passed()
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        var draws = new SeededStream(seed: 3, cell: 0, migration: 0, purpose: 0);
        Run(bound, ref draws, 2, 3000);

        Run(bound, ref draws, 1, 30);

        Assert.False(bound.IsRecalibrating);
        Assert.InRange(bound.ScoreBound(0.01), 1.0, 1.6);
    }

    [Fact]
    public void The_bound_is_wider_while_it_recalibrates()
    {
        var (during, after) = (0.0, 0.0);
        for (var run = 0; run < 50; run++)
        {
            var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
            var draws = new SeededStream(seed: 4, cell: 0, migration: run, purpose: 0);
            Run(bound, ref draws, 1, 1000);
            Run(bound, ref draws, 2, 10);
            Assert.True(bound.IsRecalibrating);
            during += bound.ScoreBound(0.01);
            Run(bound, ref draws, 2, 500);
            Assert.False(bound.IsRecalibrating);
            after += bound.ScoreBound(0.01);
        }

        Assert.InRange(during / after, 1.05, 1.5);
    }

    /// <summary>One score in fifty is three times the others, without end: more often than is allowed.</summary>
    [Fact]
    public void Outliers_that_are_more_frequent_than_allowed_end_up_below_the_bound()
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        var misses = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var score = i % 50 == 49 ? 3.0 : 1 + 0.01 * (i % 7);
            misses += score > bound.ScoreBound(0.01) ? 1 : 0;
            bound.Update(score);
        }

        Assert.InRange(misses, 50, 120);
    }

    /// <summary>The guarantee for any series: an adversary who sees the bound and beats it whenever scores up to 10 allow.</summary>
    [Fact]
    public void An_adversary_with_limited_scores_gets_few_more_misses_than_allowed()
    {
        const int Steps = 20_000;
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        var misses = 0;
        for (var i = 0; i < Steps; i++)
        {
            var stated = bound.ScoreBound(0.01);
            var score = stated < 10 && i % 3 == 0 ? Math.Min(10, stated * 1.01) : 1 + 0.1 * (i % 11);
            misses += score > stated ? 1 : 0;
            bound.Update(score);
        }

        Assert.InRange(misses, 0, 0.015 * Steps);
    }

    [Fact]
    public void A_series_without_change_is_bounded_by_itself()
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        for (var i = 0; i < 2000; i++)
        {
            var stated = bound.ScoreBound(0.01);
            Assert.False(0.1 > stated);
            bound.Update(0.1);
        }

        Assert.Equal(0.1, bound.ScoreBound(0.01), 9);
        Assert.False(bound.IsRecalibrating);
    }

    [Fact]
    public void The_bound_is_finite_never_clipped_and_grows_as_fewer_misses_are_allowed() =>
        Gen.Select(Gen.Double[1e-6, 1e6].Array[150, 700], Gen.Double[0.01, 0.4], Gen.Double[0.01, 0.4]).Sample((scores, some, others) =>
        {
            var bound = Trained(scores);
            Assert.True(bound.ScoreBound(some) is > 0 and < double.PositiveInfinity);
            Assert.False(bound.IsClipped(some));
            Assert.True(bound.ScoreBound(Math.Min(some, others)) >= bound.ScoreBound(Math.Max(some, others)));
        });

    [Fact]
    public void The_unit_of_the_scores_does_not_matter() =>
        Gen.Select(Gen.Double[0.5, 2].Array[150, 700], Gen.Double[1e-3, 1e3]).Sample((scores, unit) =>
        {
            var inOther = Trained([.. scores.Select(s => s * unit)]).ScoreBound(0.01);
            Assert.Equal(1, inOther / (Trained(scores).ScoreBound(0.01) * unit), 6);
        });

    [Fact]
    public void The_same_scores_give_the_same_bound() =>
        Gen.Double[0.5, 2].Array[150, 700].Sample(scores => Trained(scores).ScoreBound(0.01) == Trained(scores).ScoreBound(0.01));

    [Fact]
    public void An_update_and_a_bound_allocate_nothing()
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        var draws = new SeededStream(seed: 5, cell: 0, migration: 0, purpose: 0);
        Run(bound, ref draws, 1, 5000);

        Assert.Equal(0, Allocations.Fewest(() => Run(bound, ref draws, 2, 5000)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_score_that_is_not_positive_is_refused(double score) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveConformal(new AdaptiveConformalOptions(0.01)).Update(score));

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(double.NaN)]
    public void A_share_of_misses_outside_its_range_is_refused(double allowed) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveConformal(new AdaptiveConformalOptions(allowed)));

    private static AdaptiveConformal Trained(double[] scores)
    {
        var bound = new AdaptiveConformal(new AdaptiveConformalOptions(0.01));
        foreach (var score in scores)
        {
            bound.Update(score);
        }

        return bound;
    }

    /// <summary>Feeds scores with a spread of 10 % around a level and counts those above their bound.</summary>
    private static int Run(AdaptiveConformal bound, ref SeededStream draws, double level, int scores)
    {
        var misses = 0;
        for (var i = 0; i < scores; i++)
        {
            var score = level * Math.Exp(0.1 * draws.NextNormal());
            misses += score > bound.ScoreBound(0.01) ? 1 : 0;
            bound.Update(score);
        }

        return misses;
    }
}
