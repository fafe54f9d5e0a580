using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public class BlackoutScoresTests
{
    [Theory]
    [InlineData(0.01, 99)]
    [InlineData(0.001, 999)]
    [InlineData(0.1, 9)]
    [InlineData(0.5, 1)]
    public void A_bound_needs_one_over_a_minus_one_scores(double allowedMisses, int need)
    {
        Assert.Equal(need, ScoreTable.RequiredScores(allowedMisses));
        Assert.False(Table(need - 1, allowedMisses).IsSupported);
        Assert.True(double.IsNaN(Table(need - 1, allowedMisses).Bound));
        Assert.Equal(need, Table(need, allowedMisses).Bound);
    }

    [Theory]
    [InlineData(199, 0.01, 198)]
    [InlineData(512, 0.01, 508)]
    [InlineData(2000, 0.01, 1981)]
    [InlineData(19, 0.1, 18)]
    public void The_bound_is_the_score_of_rank_n_plus_1_times_1_minus_a_rounded_up(int scores, double allowedMisses, double rank) =>
        Assert.Equal(rank, Table(scores, allowedMisses).Bound);

    [Theory]
    [InlineData(512, 0)]
    [InlineData(512, 1)]
    [InlineData(512, 3)]
    [InlineData(512, 10)]
    [InlineData(512, 37)]
    [InlineData(2000, 1)]
    [InlineData(2000, 500)]
    public void The_share_of_misses_is_never_below_the_limit_of_Clopper_and_Pearson_and_close_to_it(int scores, int misses)
    {
        var limit = Table(scores, 0.01).MissProbability(scores - misses);
        Assert.InRange(limit / BinomialLimits.UpperLimit(misses, scores, 0.05), 1, 1.12);
    }

    [Fact]
    public void Where_every_score_is_a_miss_the_share_is_one()
    {
        Assert.Equal(1, Table(512, 0.01).MissProbability(0));
        Assert.Equal(1, Table(512, 0.01).MissProbability(double.NegativeInfinity));
    }

    [Fact]
    public void The_share_of_misses_never_falls_as_the_threshold_falls()
    {
        var table = Table(700, 0.01);
        for (var threshold = 700; threshold > 0; threshold--)
        {
            Assert.True(table.MissProbability(threshold - 1) >= table.MissProbability(threshold));
        }
    }

    /// <summary>4000 times 150 past scores and one new: misses are at most 1 % on average over the draws. More than 65 of 4000 happen with
    /// probability below 1e-4, and the seed is fixed.</summary>
    [Fact]
    public void The_next_score_exceeds_the_bound_as_rarely_as_promised()
    {
        var random = new Random(11);
        var misses = 0;
        for (var run = 0; run < 4000; run++)
        {
            var scores = Enumerable.Range(0, 150).Select(_ => Math.Exp(0.4 * Normal(random))).ToList();
            misses += Math.Exp(0.4 * Normal(random)) > new BlackoutScores(scores).Build(0.01).Bound ? 1 : 0;
        }

        Assert.InRange(misses, 10, 65);
    }

    private static ScoreTable Table(int scores, double allowedMisses) =>
        new BlackoutScores([.. Enumerable.Range(1, scores).Select(i => (double)i)]).Build(allowedMisses);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
