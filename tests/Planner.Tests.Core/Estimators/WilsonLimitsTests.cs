using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class WilsonLimitsTests
{
    [Theory]
    [InlineData(1, 20, 1.959964, 0.0089, 0.2361)]
    [InlineData(0, 10, 1.959964, 0, 0.2775)]
    [InlineData(10, 10, 1.959964, 0.7225, 1)]
    [InlineData(50, 100, 1.959964, 0.4038, 0.5962)]
    public void The_limits_are_those_of_published_tables(int misses, int trials, double deviations, double low, double high)
    {
        Assert.Equal(low, WilsonLimits.Lower(misses, trials, deviations), 1e-4);
        Assert.Equal(high, WilsonLimits.Upper(misses, trials, deviations), 1e-4);
    }

    [Fact]
    public void Without_trials_nothing_is_known() => Assert.Equal((0.0, 1.0), (WilsonLimits.Lower(0, 0, 2), WilsonLimits.Upper(0, 0, 2)));

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(4, 3)]
    public void A_count_that_cannot_be_is_refused(int misses, int trials) => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonLimits.Lower(misses, trials, 2));

    [Fact]
    public void They_lie_near_the_exact_ones_and_hold_the_share_between_them()
    {
        for (var trials = 1; trials <= 200; trials += 7)
        {
            for (var misses = 0; misses <= trials; misses++)
            {
                var (low, high) = (WilsonLimits.Lower(misses, trials, 2.576), WilsonLimits.Upper(misses, trials, 2.576));
                Assert.True(low <= (misses / (double)trials) + 1e-12 && misses / (double)trials <= high + 1e-12);
                Assert.Equal(BinomialLimits.LowerLimit(misses, trials, 0.005), low, 0.14);
            }
        }
    }
}
