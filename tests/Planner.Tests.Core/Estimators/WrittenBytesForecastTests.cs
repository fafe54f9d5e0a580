using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class WrittenBytesForecastTests
{
    [Fact]
    public void Nothing_is_expected_before_anything_was_seen() => Assert.Equal(0, new WrittenBytesForecast().Bytes(1));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.05, 50)]
    [InlineData(0.1, 100)]
    [InlineData(0.55, 150)]
    [InlineData(1, 200)]
    [InlineData(3, 600)]
    public void Between_windows_it_goes_straight_and_beyond_the_longest_in_proportion(double seconds, double bytes)
    {
        var forecast = new WrittenBytesForecast();
        forecast.Add(1, 200);
        forecast.Add(0.1, 100);
        Assert.Equal(bytes, forecast.Bytes(seconds), 1e-9);
    }

    [Fact]
    public void Of_windows_of_about_one_length_the_latest_counts()
    {
        var forecast = new WrittenBytesForecast();
        forecast.Add(1, 200);
        forecast.Add(1.01, 50);
        Assert.Equal(50, forecast.Bytes(1.01), 1e-9);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(7)]
    public void Within_the_windows_seen_it_lies_at_or_below_a_saturating_truth(double tau)
    {
        var forecast = new WrittenBytesForecast();
        for (var seconds = 0.02; seconds < 20; seconds *= 1.6)
        {
            forecast.Add(seconds, Truth(seconds));
        }

        for (var seconds = 0.001; seconds < 10; seconds *= 1.1)
        {
            Assert.InRange(forecast.Bytes(seconds), 0, Truth(seconds) * (1 + 1e-9));
        }

        double Truth(double seconds) => 1e6 * (1 - Math.Exp(-seconds / tau));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(double.NaN, 5)]
    [InlineData(1, double.NaN)]
    [InlineData(1, -1)]
    public void Windows_that_say_nothing_are_left_out(double seconds, double bytes)
    {
        var forecast = new WrittenBytesForecast();
        forecast.Add(seconds, bytes);
        Assert.Equal(0, forecast.Bytes(1));
    }

    [Fact]
    public void Windows_of_any_length_are_taken()
    {
        var forecast = new WrittenBytesForecast();
        forecast.Add(1e-9, 1);
        forecast.Add(1e12, 1e12);
        Assert.Equal(1e12, forecast.Bytes(1e12), 1.0);
    }
}
