using Planner.Engine;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Migrates an imaginary machine once in each process, so that the code of a switchover is compiled before a guest waits for it:
/// the first blackout of a fresh process was several times as long as the second.</summary>
internal static class WarmUp
{
    private static int _isDone;

    public static void Once()
    {
        if (Interlocked.Exchange(ref _isDone, 1) != 0)
        {
            return;
        }

        var request = new MigrationRequest
        {
            Machine = "imaginary",
            Devices = [new DevicePair("imaginary", new ImaginaryDevice(), new ImaginaryDevice())],
            Policy = new SlaPolicy { Name = "imaginary", BlackoutLimit = TimeSpan.FromSeconds(1) },
            Mode = MigrationMode.Rehearsal,
        };
        new MigrationSession(request, new SessionServices { TransferBufferBytes = 4096 }).Run(CancellationToken.None);
    }
}
