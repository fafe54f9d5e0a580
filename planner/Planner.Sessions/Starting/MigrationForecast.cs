using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What a migration would be decided on if it began now. Nothing is changed.</summary>
public static class MigrationForecast
{
    // What a fast pass of pre-copy leaves behind.
    private static readonly TimeSpan LastPass = TimeSpan.FromMilliseconds(100);
    private const int LatestRates = 64;

    /// <summary>Makes the decision that a migration would begin with.</summary>
    /// <param name="prepared">The migration, open.</param>
    /// <param name="cancel">Ends the wait for a hypervisor.</param>
    /// <returns>The decision; null with the reason if it cannot be said.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="DeviceException">A device is gone.</exception>
    /// <exception cref="HypervisorException">A monitor does not answer.</exception>
    public static async Task<(ExplainedDecision? Decision, string? Unknown)> AskAsync(PreparedMigration prepared, CancellationToken cancel) => prepared.Request switch
    {
        DeviceMigrationRequest devices => (await Task.Run(() => DeviceSession.Forecast(devices, prepared.Services), cancel).ConfigureAwait(false), null),
        MachineMigrationRequest machine => await AskMachineAsync(machine, prepared.Services, cancel).ConfigureAwait(false),
        _ => throw new ArgumentException($"There is no forecast for a {prepared.Request.GetType().Name}.", nameof(prepared)),
    };

    private static async Task<(ExplainedDecision? Decision, string? Unknown)> AskMachineAsync(MachineMigrationRequest request, SessionServices services, CancellationToken cancel)
    {
        HypervisorMatch.Check(request.Source, request.Destination);
        var offer = request.Source.Offer;
        var hosts = new HostPair(HypervisorKnowledge.HostOf(request.Source, services.Host), HypervisorKnowledge.HostOf(request.Destination, services.Host));
        var known = HypervisorKnowledge.Recall(offer, request.Machine, hosts, request.Policy, services.Store).Known;
        double[] rates =
        [
            .. (services.Store?.ReadTransfers(known.Keys.Link, TransferPhase.PreCopy, LatestRates) ?? [])
                .Where(t => t is { Bytes: > 0, Moving.Ticks: > 0 }).Select(t => t.Bytes / t.Moving.TotalSeconds).Order(),
        ];
        if ((rates.Length > 0 ? rates[rates.Length / 2] : offer.LinkFigures.PreCopyCapBytesPerSecond ?? offer.LinkFigures.StopBytesPerSecond) is not { } rate)
        {
            return (null, "How fast the link carries is not known: no migration over it was measured yet, and nobody has stated a rate.");
        }

        var written = offer.MeasuresDirty ? await request.Source.MeasureDirtyAsync(LastPass, cancel).ConfigureAwait(false) : default;
        var snapshot = known.Snapshot(HypervisorKnowledge.Terms(request.Policy, offer, request.ErrorBudgetRemaining), rate, written.UniqueBytes, known.DeviceStateBytes, []);
        var evaluator = known.Evaluators(snapshot).All;
        return (evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment), null);
    }
}
