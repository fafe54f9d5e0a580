using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>The <see cref="WarmUp"/> for machines: migrates an imaginary one once in each process, since the first answer of a fresh process to
/// "everything is sent" took 6 ms longer than the second.</summary>
internal static class HypervisorWarmUp
{
    private static int _isDone;

    public static void Once()
    {
        if (Interlocked.Exchange(ref _isDone, 1) != 0)
        {
            return;
        }

        var request = new HypervisorRequest
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
        new HypervisorSession(request, new SessionServices()).Run(CancellationToken.None);
    }
}
