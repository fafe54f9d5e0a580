using Planner.Engine;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What this process does before it migrates devices.</summary>
internal static class Readiness
{
    /// <summary>Migrates a simulated device once, so that the code of a switchover is compiled before a guest waits for it: the first blackout of
    /// a fresh process was several times as long as the second.</summary>
    public static Task<SessionResult> ForDevicesAsync()
    {
        var request = new DeviceMigrationRequest
        {
            Machine = "imaginary",
            Devices = [new DevicePair("imaginary", Imaginary(), Imaginary())],
            Policy = new SlaPolicy { Name = "imaginary", BlackoutLimit = TimeSpan.FromSeconds(1) },
            Mode = MigrationMode.Rehearsal,
        };
        return MigrationSession.RunAsync(request, new SessionServices { TransferBufferBytes = 4096, QuietTime = QuietHeap.Ask }, CancellationToken.None);
    }

    private static SimulatedDevice Imaginary() => new(BuiltInProfiles.FastNic, "imaginary", clock: new VirtualClock());
}
