using Planner.Simulation;

namespace Planner.Evaluation;

/// <summary>Makes a latency longer or shorter as a whole.</summary>
internal static class LatencyScaling
{
    /// <summary>The same distribution with every time multiplied, and without its drift: a new device has no history.</summary>
    public static LatencyProfile Scale(LatencyProfile latency, double factor) => latency switch
    {
        LogNormalLatency l => new LogNormalLatency(l.Median * factor, l.P99 * factor, l.StatedWorst * factor),
        ParetoLatency p => new ParetoLatency(p.Scale * factor, p.Alpha, p.StatedWorst * factor),
        EmpiricalLatency e => new EmpiricalLatency(e.Values.Select(v => v * factor)),
        _ => latency,
    };
}
