using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public class BinomialLimitsTests
{
    [Theory]
    [InlineData(0, 10, 0.258866)]
    [InlineData(0, 100, 0.029513)]
    [InlineData(1, 10, 0.394163)]
    [InlineData(5, 100, 0.102253)]
    [InlineData(10, 10, 1)]
    [InlineData(0, 0, 1)]
    public void The_upper_limit_is_that_of_Clopper_and_Pearson(int misses, int trials, double limit) =>
        Assert.Equal(limit, BinomialLimits.UpperLimit(misses, trials, 0.05), 5);

    [Theory]
    [InlineData(100)]
    [InlineData(2_000)]
    [InlineData(100_000)]
    public void No_miss_in_n_says_about_3_in_n(int trials) =>
        Assert.Equal(3.0 / trials, BinomialLimits.UpperLimit(0, trials, 0.05), 0.002 * 3 / trials + 0.05 / trials);

    [Fact]
    public void More_misses_than_trials_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialLimits.UpperLimit(4, 3, 0.05));

    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(1, 10, 0.0025286)]
    [InlineData(5, 100, 0.0164319)]
    [InlineData(10, 10, 0.691503)]
    public void The_lower_limit_is_that_of_Clopper_and_Pearson(int misses, int trials, double limit) =>
        Assert.Equal(limit, BinomialLimits.LowerLimit(misses, trials, 0.025), 5);
}
