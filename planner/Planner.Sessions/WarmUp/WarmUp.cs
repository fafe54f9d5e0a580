using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Migrates imaginary machines, so that the code of a switchover is compiled before a guest waits for it. For whoever owns the process, once.</summary>
public static class WarmUp
{
    /// <summary>Warms up what walks devices: the first blackout of a fresh process was several times as long as the second.</summary>
    /// <param name="imaginary">Devices that take no time and have little state.</param>
    /// <param name="quietTime">What sessions will be given as <see cref="SessionServices.QuietTime"/>.</param>
    public static Task DevicesAsync(DevicePair imaginary, Func<IDisposable>? quietTime)
    {
        var request = new DeviceMigrationRequest
        {
            Machine = "imaginary",
            Devices = [imaginary],
            Policy = new SlaPolicy { Name = "imaginary", BlackoutLimit = TimeSpan.FromSeconds(1) },
            Mode = MigrationMode.Rehearsal,
        };
        return MigrationSession.RunAsync(request, new SessionServices { TransferBufferBytes = 4096, QuietTime = quietTime }, CancellationToken.None);
    }

    /// <summary>Warms up what drives hypervisors: the first answer of a fresh process to "everything is sent" took 6 ms longer than the second.</summary>
    public static Task MachinesAsync()
    {
        var request = new MachineMigrationRequest
        {
            Machine = "imaginary",
            Source = new ImaginaryHypervisor(MigrationSide.Source),
            Destination = new ImaginaryHypervisor(MigrationSide.Destination),
            Channel = "",
            Listen = "",
            Policy = new SlaPolicy
            {
                Name = "imaginary",
                BlackoutLimit = TimeSpan.FromSeconds(10),
                Confidence = 0.5,
                CompleteWithin = TimeSpan.FromSeconds(2),
                WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
            },
        };
        return MigrationSession.RunAsync(request, new SessionServices(), CancellationToken.None);
    }
}
