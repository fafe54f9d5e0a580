using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class StopPhaseTransferTests
{
    [Fact]
    public void Nothing_is_predicted_until_a_stop_phase_carried_bytes()
    {
        var transfer = new StopPhaseTransfer();
        Assert.Equal(double.NaN, transfer.PredictSeconds(1e6));

        transfer.Add(0, 0.004);
        Assert.Equal(double.NaN, transfer.PredictSeconds(1e6));

        transfer.Add(30e6, 0.034);
        Assert.Equal(0.064, transfer.PredictSeconds(60e6), 9);
    }

    [Fact]
    public void Sizes_that_differ_show_the_fixed_part_in_spite_of_an_outlier()
    {
        var transfer = new StopPhaseTransfer();
        for (var i = 1; i <= 20; i++)
        {
            transfer.Add(i * 10e6, 0.005 + i * 10e6 / 2e9 + (i == 7 ? 5 : 0));
        }

        Assert.Equal(FixedPartSource.Line, transfer.FixedPart);
        Assert.Equal((0.005, 2e9), (Math.Round(transfer.FixedSeconds, 6), Math.Round(1 / transfer.SecondsPerByte)));
        Assert.Equal(20, transfer.RateSamples.Count);
        Assert.All(transfer.RateSamples, r => Assert.True(r > 0 && double.IsFinite(r)));
    }

    [Fact]
    public void Nearly_empty_stop_phases_are_the_fixed_part()
    {
        var transfer = new StopPhaseTransfer();
        transfer.Add(0, 0.004);
        transfer.Add(0, 0.006);
        transfer.Add(0, 0.4);
        transfer.Add(100e6, 0.056);
        transfer.Add(90e6, 0.051);

        Assert.Equal((FixedPartSource.EmptyStopPhases, 0.006), (transfer.FixedPart, transfer.FixedSeconds));
        Assert.Equal([0.004, 0.006, 0.4], transfer.FixedSamples);
        Assert.Equal(0.106, transfer.PredictSeconds(200e6), 6);
    }

    [Fact]
    public void Sizes_that_hardly_differ_leave_the_fixed_part_unknown()
    {
        var transfer = new StopPhaseTransfer();
        transfer.Add(30e6, 0.013);
        transfer.Add(35e6, 0.015);

        Assert.Equal((FixedPartSource.Unknown, 0), (transfer.FixedPart, transfer.FixedSeconds));
    }

    [Fact]
    public void Old_stop_phases_are_forgotten()
    {
        var transfer = new StopPhaseTransfer();
        for (var i = 0; i < StopPhaseTransfer.Capacity + 300; i++)
        {
            transfer.Add(100e6, i < 300 ? 1 : 0.1);
        }

        Assert.Equal((StopPhaseTransfer.Capacity, 0.1), (transfer.Count, Math.Round(transfer.PredictSeconds(100e6), 9)));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Impossible_samples_are_refused(double bytes, double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StopPhaseTransfer().Add(bytes, seconds));
}
