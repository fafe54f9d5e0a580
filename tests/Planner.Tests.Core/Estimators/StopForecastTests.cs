using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class StopForecastTests
{
    private const double MiB = 1 << 20;

    // 10 MiB/s for ever, as far as the windows go.
    private static readonly DirtyCurve Steady = DirtyCurve.Fit([.. Enumerable.Range(1, 20).Select(i => (i * 0.05, i * 0.05 * 10 * MiB))])!;

    // Half a MiB, dirtied again at once.
    private static readonly DirtyCurve Hot = DirtyCurve.Fit([(0.001, 0.5 * MiB), (0.01, 0.5 * MiB), (0.1, 0.5 * MiB), (1, 0.5 * MiB)])!;

    [Fact]
    public void A_guest_that_stops_at_once_has_left_what_the_sync_found()
    {
        var bytes = StopForecast.BytesAtStop(5 * MiB, 0.5, 1, 50 * MiB, Steady, [0]);

        Assert.Equal(5 * MiB, bytes, 0.02 * MiB);
    }

    [Fact]
    public void While_a_steady_writer_is_waited_for_the_pass_is_sent_and_its_writing_counts()
    {
        // After 50 ms: 2.5 of 5 MiB sent, 0.5 MiB written to other pages.
        var bytes = StopForecast.BytesAtStop(5 * MiB, 0.5, 1, 50 * MiB, Steady, [0.05]);

        Assert.InRange(bytes, 2.7 * MiB, 3.2 * MiB);
    }

    [Fact]
    public void A_hot_set_counts_once_however_often_it_is_written()
    {
        foreach (var latency in new[] { 0.002, 0.01, 0.05, 0.1 })
        {
            Assert.InRange(StopForecast.BytesAtStop(0.5 * MiB, 0.1, 1, 50 * MiB, Hot, [latency]), 0.4 * MiB, 0.65 * MiB);
        }
    }

    [Fact]
    public void A_guest_that_writes_half_as_much_as_before_is_taken_to_go_on_so()
    {
        var pace = StopForecast.Pace(Steady, [(0.1, 0.5 * MiB), (0.1, 0.5 * MiB)]);
        var usual = StopForecast.BytesAtStop(5 * MiB, 0.5, 1, 50 * MiB, Steady, [0.2]);
        var calm = StopForecast.BytesAtStop(2.5 * MiB, 0.5, pace, 50 * MiB, Steady, [0.2]);

        Assert.InRange(pace, 0.45, 0.55);

        Assert.True(calm < 0.75 * usual, $"{calm} against {usual}");
    }

    [Fact]
    public void Without_a_curve_what_the_sync_found_is_the_forecast()
    {
        Assert.Equal(7, StopForecast.BytesAtStop(7, 0.1, 1, 50 * MiB, null, [0.05]));
        Assert.Equal(7, StopForecast.BytesAtStop(7, double.NaN, 1, 50 * MiB, Steady, []));
    }
}
