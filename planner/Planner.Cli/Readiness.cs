using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What this process does before it migrates devices.</summary>
internal static class Readiness
{
    /// <summary>Migrates a simulated device once, in no time.</summary>
    public static Task ForDevicesAsync() => WarmUp.DevicesAsync(new DevicePair("imaginary", Imaginary(), Imaginary()), QuietHeap.Ask);

    private static SimulatedDevice Imaginary() => new(BuiltInProfiles.FastNic with { StateBytes = 64 }, "imaginary", clock: new VirtualClock());
}
