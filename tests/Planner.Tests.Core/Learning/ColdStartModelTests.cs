using Planner.Estimators;
using Planner.Learning;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class ColdStartModelTests
{
    [Fact]
    public void The_bound_is_the_order_statistic_of_the_margin_and_needs_enough_scores()
    {
        var features = LearningExamples.Features(2, 1 << 20, 1e9);

        Assert.Equal(2, Forests.TwoSeconds.Guess(features, 0.1)!.Value.P50Seconds, 12);
        Assert.Equal(2 * 1.8, Forests.TwoSeconds.Guess(features, 0.1)!.Value.BoundSeconds, 12);
        Assert.Equal(2 * 1.98, Forests.TwoSeconds.Guess(features, 0.01)!.Value.BoundSeconds, 12);
        Assert.True(double.IsNaN(Forests.TwoSeconds.Guess(features, 0.009)!.Value.BoundSeconds));
    }

    [Fact]
    public void What_is_not_known_is_told_apart_from_zero()
    {
        var values = new float[BlackoutFeatures.Count];
        new BlackoutFeatures { DeviceCount = 3, StateBytes = 1023, BandwidthBytesPerSecond = double.NaN, StatedArcsSeconds = 7e-6, Phase = MigrationPhase.Throttled }.Write(values);

        Assert.Equal([3, 3, 10, 0, 0, 0, BlackoutFeatures.Unknown, 2, BlackoutFeatures.Unknown], values);
        Assert.Equal(BlackoutFeatures.Count, BlackoutFeatures.Names.Length);
    }

    [Fact]
    public void No_value_of_a_feature_is_infinite()
    {
        var values = new float[BlackoutFeatures.Count];
        new BlackoutFeatures { StateBytes = double.PositiveInfinity, RamRemainingBytes = -1, BandwidthBytesPerSecond = double.Epsilon }.Write(values);

        Assert.All(values, v => Assert.True(float.IsFinite(v)));
        Assert.Equal(BlackoutFeatures.Unknown, values[3]);
    }

    [Fact]
    public void A_guess_stays_in_a_range_that_decisions_take()
    {
        var features = LearningExamples.Features(2, 1 << 20, 1e9);

        Assert.Equal(1e6, Forests.Model(500).Guess(features, 0.1)!.Value.P50Seconds);
        Assert.Equal(1e-6, Forests.Model(-500).Guess(features, 0.1)!.Value.BoundSeconds);
    }

    [Theory]
    [InlineData(new[] { 1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 0.0001, 0.004)]
    [InlineData(new[] { 1.0, -1, 1, -1, 1, -1 }, 0.5, 0.75)]
    [InlineData(new[] { -1.0, -1, -1, -1, -1 }, 1, 1)]
    [InlineData(new[] { 0.0, 0, 0 }, 1, 1)]
    public void The_paired_test_gives_the_share_of_sign_patterns_that_are_as_good(double[] differences, double least, double most) =>
        Assert.InRange(SignFlipTest.ErrorProbability(differences, seed: 1), least, most);

    [Fact]
    public void The_paired_test_is_wrong_no_more_often_than_it_says()
    {
        var random = new Random(5);
        var wrong = Enumerable.Range(0, 300).Count(_ =>
            SignFlipTest.ErrorProbability([.. Enumerable.Range(0, 12).Select(_ => random.NextDouble() - 0.5)], 1) <= 0.05);

        Assert.InRange(wrong, 3, 27);
    }
}
