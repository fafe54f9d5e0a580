using System.Diagnostics;
using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;

namespace Planner.FleetBench;

/// <summary>Makes plans and counts the processor's time for them.</summary>
internal static class Measured
{
    public static readonly IReadOnlyDictionary<string, DeviceBlackout> NoDevices = new Dictionary<string, DeviceBlackout>();

    public static (FleetPlan Plan, double CpuSeconds) Plan(FleetSpec fleet, int replications = 1, ulong seed = 1)
    {
        var (plan, seconds) = Time(() => new FleetPlanner(fleet, BuiltInPolicies.All, NoDevices).Plan(new PlanOptions(seed, replications)));
        return (plan, seconds);
    }

    public static (T Result, double CpuSeconds) Time<T>(Func<T> work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var result = work();
        process.Refresh();
        return (result, (process.TotalProcessorTime - before).TotalSeconds);
    }

    /// <summary>When the last move ends, if each takes as long as its middle.</summary>
    public static double Makespan(FleetPlan plan) => plan.Moves.Count == 0 ? 0 : plan.Moves.Max(m => m.StartSeconds + m.P50Seconds);
}
