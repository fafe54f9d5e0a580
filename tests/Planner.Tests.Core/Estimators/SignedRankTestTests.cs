using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class SignedRankTestTests
{
    [Theory]
    [InlineData(new double[] { }, 1)]
    [InlineData(new double[] { 0, 0 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, 1 / 16.0)]
    [InlineData(new double[] { -1, 2, 3, 4 }, 2 / 16.0)]
    [InlineData(new double[] { 1, 2, -3, 4 }, 5 / 16.0)]
    [InlineData(new double[] { -1, -2, -3, -4 }, 1)]
    [InlineData(new double[] { 5, 5, 5 }, 1 / 8.0)]
    [InlineData(new double[] { 5, -5 }, 3 / 4.0)]
    public void The_probability_is_that_of_counting_all_signs(double[] differences, double probability) =>
        Assert.Equal(probability, SignedRankTest.UpperProbability(differences), 9);
}
