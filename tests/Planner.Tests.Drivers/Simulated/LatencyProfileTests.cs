using Planner.Simulation;
using Xunit;

namespace Planner.Tests.Simulated;

public class LatencyProfileTests
{
    [Fact]
    public void A_log_normal_latency_has_the_median_and_the_p99_it_was_given()
    {
        var latency = new LogNormalLatency(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(45));

        Assert.Equal(20_000_000, latency.QuantileNanoseconds(0.5, 0), 10d);
        Assert.Equal(45_000_000, latency.QuantileNanoseconds(0.99, 0), 10d);
        Assert.Null(latency.Worst);
    }

    [Fact]
    public void A_log_normal_latency_without_spread_is_constant()
    {
        var latency = new LogNormalLatency(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(3));

        Assert.All([0, 0.001, 0.5, 0.9999], share => Assert.Equal(3_000_000, latency.QuantileNanoseconds(share, 0)));
    }

    [Fact]
    public void A_stated_worst_case_caps_the_draws_and_the_drift()
    {
        var latency = new LogNormalLatency(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(50))
        {
            Drift = new LatencyDrift(10, 5, 10, 0),
        };

        Assert.Equal(50_000_000, latency.QuantileNanoseconds(0.9999, 0));
        Assert.Equal(50_000_000, latency.QuantileNanoseconds(0.5, 5));
    }

    [Fact]
    public void An_empirical_latency_gives_each_value_its_share_and_nothing_else()
    {
        var latency = new EmpiricalLatency(new[] { 30, 8, 9, 9 }.Select(m => TimeSpan.FromMilliseconds(m)));

        Assert.Equal([8, 9, 9, 30], new[] { 0.1, 0.3, 0.6, 0.9 }.Select(s => latency.QuantileNanoseconds(s, 0) / 1_000_000));
        Assert.Equal(TimeSpan.FromMilliseconds(30), latency.Worst);
    }

    [Fact]
    public void A_pareto_latency_starts_at_its_scale_and_falls_with_its_index()
    {
        var latency = new ParetoLatency(TimeSpan.FromMilliseconds(15), 2.2);

        Assert.Equal(15_000_000, latency.QuantileNanoseconds(0, 0));
        // P(T > t) = (15 ms / t)^2.2 = 0.01 at 15 ms * 100^(1/2.2) = 121.7 ms.
        Assert.Equal(121.7, latency.QuantileNanoseconds(0.99, 0) / 1e6, 0.1);
    }

    [Fact]
    public void A_tail_without_an_end_stops_at_a_day()
    {
        var latency = new ParetoLatency(TimeSpan.FromSeconds(1), 0.1);

        Assert.Equal(TimeSpan.FromDays(1).TotalNanoseconds, latency.QuantileNanoseconds(0.999999, 0));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(399, 1)]
    [InlineData(400, 2.5)]
    [InlineData(700, 1.75)]
    [InlineData(1000, 1)]
    [InlineData(5000, 1)]
    public void A_drift_steps_and_then_ramps_counted_in_draws(int earlierDraws, double factor) =>
        Assert.Equal(factor, new LatencyDrift(2.5, 400, 1.0, 600).Factor(earlierDraws), 6);

    [Fact]
    public void A_drift_without_a_ramp_stays_where_it_stepped_to()
    {
        var drift = new LatencyDrift(3, 10, 3, 0);

        Assert.Equal([1, 3, 3], new[] { 9L, 10, 100_000 }.Select(drift.Factor));
    }
}
