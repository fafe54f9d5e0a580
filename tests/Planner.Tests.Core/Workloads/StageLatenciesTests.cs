using Planner.Estimators;
using Planner.Evaluation;
using Planner.Simulation;
using Xunit;
using static Planner.Tests.Workloads.SmallWorkloads;

namespace Planner.Tests.Workloads;

public sealed class StageLatenciesTests
{
    [Theory]
    [InlineData(true, 0.090)]
    [InlineData(false, 0.030)]
    public void Serial_loads_add_and_parallel_ones_take_the_slowest(bool serially, double load)
    {
        var drawn = Draw(Machine(new DeviceWorkload(3, 0, Takes(5), Takes(20), Takes(30), serially)));

        Assert.Equal(new StageLatencies(0.005, 0.020, load), Rounded(drawn));
        Assert.Equal(0.025 + load, drawn.TotalSeconds, 9);
    }

    [Fact]
    public void Unlike_devices_wait_for_each_other_at_every_barrier() => Assert.Equal(
        new StageLatencies(0.007, 0.020, 0.040),
        Rounded(Draw(Machine(
            new DeviceWorkload(2, 0, Takes(5), Takes(20), Takes(20), LoadsSerially: true),
            new DeviceWorkload(1, 0, Takes(7), Takes(10), Takes(30), LoadsSerially: false)))));

    [Fact]
    public void A_machine_without_devices_takes_no_time() => Assert.Equal(0, Draw(Machine()).TotalSeconds);

    [Theory]
    [InlineData(0, 20)]
    [InlineData(399, 20)]
    [InlineData(400, 50)]
    [InlineData(700, 35)]
    [InlineData(1000, 20)]
    [InlineData(5000, 20)]
    public void An_arc_drifts_by_the_migrations_before(int earlier, double milliseconds)
    {
        var drift = new LatencyDrift(2.5, 400, 1, 600);
        var drawn = Draw(Machine(new DeviceWorkload(1, 0, Takes(5), Takes(20, drift), Takes(30), LoadsSerially: false)), earlier);

        Assert.Equal(new StageLatencies(0.005, milliseconds / 1e3, 0.030), Rounded(drawn));
    }

    [Fact]
    public void The_slowest_of_many_is_as_slow_as_order_statistics_say()
    {
        // Of four draws from four values the largest is the largest value with probability 1 - (3/4)^4.
        var latency = new EmpiricalLatency([.. new[] { 1, 2, 3, 4 }.Select(ms => TimeSpan.FromMilliseconds(ms))]);
        var devices = Machine(new DeviceWorkload(4, 0, latency, latency, latency, LoadsSerially: false));
        var largest = Enumerable.Range(0, 4000).Count(i => StageLatencies.Draw(devices, new SeededStream(1, 0, i, 3), 0).StopSeconds > 0.0035);

        Assert.Equal(1 - Math.Pow(0.75, 4), largest / 4000.0, 0.04);
    }

    private static StageLatencies Draw(MachineDevices devices, int earlier = 0) => StageLatencies.Draw(devices, new SeededStream(1, 0, 0, 3), earlier);

    private static StageLatencies Rounded(StageLatencies latencies) =>
        new(Math.Round(latencies.QuiesceSeconds, 9), Math.Round(latencies.StopSeconds, 9), Math.Round(latencies.LoadSeconds, 9));
}
