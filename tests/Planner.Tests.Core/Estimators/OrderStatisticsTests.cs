using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public class OrderStatisticsTests
{
    [Theory]
    [InlineData(0.01, 0.05, 299)]
    [InlineData(0.001, 0.05, 2995)]
    [InlineData(0.05, 0.05, 59)]
    [InlineData(0.1, 0.05, 29)]
    [InlineData(0.5, 0.05, 5)]
    public void The_fewest_samples_for_a_bound_are_the_published_ones(double tail, double error, int samples)
    {
        Assert.Equal(samples, OrderStatistics.RequiredSamples(tail, error));
        Assert.Equal(0, OrderStatistics.UpperRank(samples - 1, tail, error));
        Assert.Equal(samples, OrderStatistics.UpperRank(samples, tail, error));
    }

    // Ranks from the published tables of distribution-free confidence limits for quantiles (95 %, one-sided).
    [Theory]
    [InlineData(473, 0.01, 472)]
    [InlineData(472, 0.01, 472)]
    [InlineData(93, 0.05, 92)]
    [InlineData(46, 0.1, 45)]
    [InlineData(100, 0.5, 59)]
    public void The_rank_is_the_smallest_whose_binomial_sum_reaches_the_confidence(int samples, double tail, int rank) =>
        Assert.Equal(rank, OrderStatistics.UpperRank(samples, tail, 0.05));

    [Fact]
    public void Every_rank_agrees_with_the_binomial_sum_term_by_term()
    {
        foreach (var (tail, error) in new[] { (0.01, 0.05), (0.1, 0.01), (0.5, 0.05), (0.0014, 0.007) })
        {
            for (var n = 1; n < 900; n += 13)
            {
                Assert.Equal(RankBySumming(n, tail, error), OrderStatistics.UpperRank(n, tail, error));
            }
        }
    }

    [Theory]
    [InlineData(100_000, 0.01, 0.05)]
    [InlineData(100_000, 0.5, 0.05)]
    [InlineData(100_000, 0.001, 0.001)]
    public void A_hundred_thousand_samples_are_no_trouble(int samples, double tail, double error)
    {
        var rank = OrderStatistics.UpperRank(samples, tail, error);
        var deviations = (rank - samples * (1 - tail)) / Math.Sqrt(samples * tail * (1 - tail));

        // The normal approximation of the same rank: 1.645 or 3.09 deviations above the middle.
        Assert.InRange(deviations, error == 0.05 ? 1.6 : 3.0, error == 0.05 ? 1.75 : 3.4);
    }

    [Fact]
    public void A_hint_changes_nothing_but_the_way_to_the_rank()
    {
        for (var n = 300; n < 3000; n += 97)
        {
            var rank = OrderStatistics.UpperRank(n, 0.01, 0.05);
            Assert.Equal(rank, OrderStatistics.UpperRank(n, 0.01, 0.05, rank - 1));
            Assert.Equal(rank, OrderStatistics.UpperRank(n, 0.01, 0.05, n));
            Assert.Equal(rank, OrderStatistics.UpperRank(n, 0.01, 0.05, 1));
        }
    }

    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(1, 0.05)]
    [InlineData(0.01, 0)]
    [InlineData(0.01, double.NaN)]
    public void A_share_outside_0_to_1_is_refused(double tail, double error) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderStatistics.RequiredSamples(tail, error));

    /// <summary>2000 windows of 400 draws: a bound at 95 % fails for at most 5 % of the windows. The count of failures is binomial with
    /// p at most 0.05, so more than 137 of 2000 happen with probability below 1e-4; the seed is fixed besides.</summary>
    [Fact]
    public void The_bound_covers_its_quantile_as_often_as_it_says()
    {
        var random = new Random(7);
        var quantile = -Math.Log(0.01);
        var failures = 0;
        var window = new double[400];
        for (var run = 0; run < 2000; run++)
        {
            for (var i = 0; i < window.Length; i++)
            {
                window[i] = -Math.Log(1 - random.NextDouble());
            }

            Array.Sort(window);
            failures += OrderStatistics.UpperBound(window, 0.01, 0.05) < quantile ? 1 : 0;
        }

        Assert.InRange(failures, 1, 137);
    }

    private static int RankBySumming(int n, double tail, double error)
    {
        // P(Bin(n, 1 - tail) <= k - 1) = 1 - P(Bin(n, tail) <= n - k)
        var probability = Math.Pow(1 - tail, n);
        var atMost = 0.0;
        var rank = 0;
        for (var misses = 0; misses < n; misses++)
        {
            atMost += probability;
            if (atMost > error)
            {
                break;
            }

            rank = n - misses;
            probability *= (n - misses) / (misses + 1.0) * tail / (1 - tail);
        }

        return rank;
    }
}
