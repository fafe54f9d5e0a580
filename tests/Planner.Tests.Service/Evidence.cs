using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Tests.Service;

/// <summary>Evidence from rehearsals of simulated devices.</summary>
internal static class Evidence
{
    /// <summary>Rehearses switchovers between two devices of the built-in profile.</summary>
    public static async Task RehearseAsync(IMeasurementStore store, int switchovers = 12)
    {
        var (a, b) = (new SimulatedDevice(BuiltInProfiles.FastNic, "a"), new SimulatedDevice(BuiltInProfiles.FastNic, "b"));
        await new Rehearsal("evidence", [new DevicePair("device0", a, b)], new SessionServices { Store = store }).RunAsync(switchovers, CancellationToken.None);
    }
}
