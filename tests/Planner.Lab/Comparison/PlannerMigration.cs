using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Lab;

/// <summary>One migration that the planner decides, with what earlier ones taught.</summary>
internal static class PlannerMigration
{
    // A process is ready before the first migration of a study counts.
    private static readonly Lazy<Task<SessionResult>> Warm = new(WarmUp.MachinesAsync);

    /// <summary>What is promised in a cell. While nothing is proven, the planner commits by its model alone.</summary>
    public static SlaPolicy Policy(ComparisonCell cell) => new()
    {
        Name = cell.EvidenceClass,
        BlackoutLimit = cell.Limit,
        Confidence = 0.9,
        CompleteWithin = cell.CompleteWithin,
        WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
        Rule = SwitchoverRule.Calmest,
        DirtyRateFloorBytesPerSecond = cell.DirtyRateFloorMiB * LinkRate.MiB,
    };

    /// <summary>Runs it to its end.</summary>
    /// <param name="pair">The machines.</param>
    /// <param name="policy">The promise.</param>
    /// <param name="store">What is known; what is learned is added.</param>
    /// <param name="trace">Is shown what the source says; null for nobody.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<SessionResult> RunAsync(QemuPair pair, SlaPolicy policy, IMeasurementStore store, Action<QemuTrace>? trace, CancellationToken cancel)
    {
        await using var source = await QemuMachine.OpenAsync(pair.Source.QmpPath, TimeProvider.System, cancel).ConfigureAwait(false);
        await using var destination = await QemuMachine.OpenAsync(pair.Destination.QmpPath, TimeProvider.System, cancel).ConfigureAwait(false);
        source.Trace = trace;
        var request = new MachineMigrationRequest
        {
            Machine = "lab",
            Source = source,
            Destination = destination,
            Channel = $"unix:{pair.LinkPath}",
            Listen = $"unix:{pair.IncomingPath}",
            Policy = policy,
        };
        await Warm.Value.ConfigureAwait(false);
        return await MigrationSession.RunAsync(request, new SessionServices { Store = store }, cancel).ConfigureAwait(false);
    }
}
