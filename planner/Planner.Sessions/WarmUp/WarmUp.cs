using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Has the code of a switchover compiled before a guest waits for it. For whoever owns the process, once.</summary>
public static class WarmUp
{
    /// <summary>Migrates an imaginary machine by its hypervisor: the first answer of a fresh process to "everything is sent" took 6 ms longer than the second.</summary>
    public static Task<SessionResult> MachinesAsync()
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
