using Planner.Devices;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What the demonstration makes of a device's profile, printed or watched.</summary>
internal static class DemoDevices
{
    /// <summary>How many times as slow a device becomes: far outside anything that was measured, whatever the profile and however busy the host.</summary>
    public const double SlowdownFactor = 1000;

    /// <summary>How many switchovers are rehearsed: what the direct bound needs, and a few more, there and back.</summary>
    public static int Rehearsals(SlaPolicy promise) => (ScoreTable.RequiredScores(1 - promise.Confidence) + 10 + 1) / 2 * 2;

    /// <summary>The device with a deadline call.</summary>
    public static DeviceProfile WithDeadline(DeviceProfile device) => device with
    {
        Name = $"{device.Name}-with-deadline",
        DeviceClass = $"{device.DeviceClass}+deadline",
        Deadline = device.Deadline.Shape == DeadlineShape.A ? device.Deadline : DeadlineProfile.None with { Shape = DeadlineShape.A, CanAbortInFlight = true },
    };

    /// <summary>The device with arcs past the commit point that become slow.</summary>
    /// <param name="device">The device.</param>
    /// <param name="after">How often each of them runs before that.</param>
    public static DeviceProfile SlowPastCommit(DeviceProfile device, int after)
    {
        var slow = device.Latencies;
        foreach (var arc in DeviceProfile.SingleArcs(device.Capabilities).Where(a => a.To is DeviceState.Stop or DeviceState.StopCopy && a.From.IsRunning()))
        {
            var latency = device.LatencyOf(arc);
            var median = TimeSpan.FromTicks(Math.Max(1, latency.QuantileNanoseconds(0.5, 0) / 100));
            var p99 = TimeSpan.FromTicks(Math.Max(median.Ticks, latency.QuantileNanoseconds(0.99, 0) / 100));
            slow = slow.SetItem(arc, new LogNormalLatency(median, p99) { Drift = new LatencyDrift(SlowdownFactor, after, SlowdownFactor, 0) });
        }

        return device with { Latencies = slow };
    }
}
