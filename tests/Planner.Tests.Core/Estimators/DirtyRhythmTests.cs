using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class DirtyRhythmTests
{
    [Theory]
    [InlineData(60, 20, 0.5, 1)]
    [InlineData(37.3, 6, 0.5, 2)]
    [InlineData(100, 70, 1, 3)]
    [InlineData(20, 5, 0.25, 4)]
    public void A_period_and_the_coming_lull_are_found_through_noise(double period, double lull, double interval, int seed)
    {
        var random = new Random(seed);
        var rhythm = new DirtyRhythm(interval);
        const int Observations = 490;
        for (var i = 0; i < Observations; i++)
        {
            rhythm.Add((IsLull((i + 0.5) * interval) ? 10e6 : 100e6) * (0.7 + 0.6 * random.NextDouble()));
        }

        var cycle = rhythm.Find();
        Assert.NotNull(cycle);
        var tolerance = 0.04 * period + 2 * interval;
        Assert.Equal(period, cycle.PeriodSeconds, 0.02 * period);
        Assert.InRange(cycle.LullBytesPerSecond, 5e6, 25e6);
        Assert.InRange(cycle.BusyBytesPerSecond, 80e6, 110e6);
        Assert.InRange(cycle.FalseAlarmProbability, 0, 0.001);

        // The truth: lulls are at the beginning of each period.
        var into = Observations * interval % period;
        Assert.Equal(into < lull ? 0 : period - into, cycle.LullBeginsInSeconds, tolerance);
        Assert.Equal(into < lull ? lull - into : period - into + lull, cycle.LullEndsInSeconds, tolerance);

        bool IsLull(double seconds) => seconds % period < lull;
    }

    [Fact]
    public void A_rate_without_pattern_is_called_periodic_no_more_often_than_stated()
    {
        var random = new Random(5);
        var alarms = 0;
        for (var run = 0; run < 2000; run++)
        {
            var rhythm = new DirtyRhythm(1, 0.05);
            for (var i = 0; i < 128; i++)
            {
                rhythm.Add(100 + 10 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            }

            alarms += rhythm.Find() is null ? 0 : 1;
        }

        Assert.InRange(alarms, 0, 130);
    }

    [Fact]
    public void A_rate_that_grows_or_stands_still_has_no_period()
    {
        var (growing, still) = (new DirtyRhythm(1), new DirtyRhythm(1));
        for (var i = 0; i < 300; i++)
        {
            growing.Add(i);
            still.Add(7);
        }

        Assert.Null(growing.Find());
        Assert.Null(still.Find());
    }

    [Fact]
    public void Few_observations_say_nothing()
    {
        var rhythm = new DirtyRhythm(1);
        for (var i = 0; i < 23; i++)
        {
            rhythm.Add(i % 2);
        }

        Assert.Null(rhythm.Find());
    }

    [Fact]
    public void A_rhythm_that_ends_is_forgotten()
    {
        var random = new Random(6);
        var rhythm = new DirtyRhythm(1);
        for (var i = 0; i < 300; i++)
        {
            rhythm.Add(i % 20 < 10 ? 1 : 9);
        }

        Assert.NotNull(rhythm.Find());
        for (var i = 0; i < DirtyRhythm.Capacity; i++)
        {
            rhythm.Add(5 + random.NextDouble());
        }

        Assert.Equal(DirtyRhythm.Capacity, rhythm.Count);
        Assert.Null(rhythm.Find());
    }

    [Theory]
    [InlineData(0.19784, 30, 0.05)]
    [InlineData(0.36, 10, 0.17967)]
    [InlineData(1, 20, 0)]
    [InlineData(0, 20, 1)]
    public void The_probability_is_Fishers(double x, int ordinates, double probability) =>
        Assert.Equal(probability, DirtyRhythm.FisherProbability(x, ordinates), 3);

    [Fact]
    public void Impossible_rates_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DirtyRhythm(1).Add(double.NaN));
}
