using System.Globalization;
using Planner.Measurements;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Lab;

/// <summary>Migrates a machine again and again under several loads and links, each time with what was learned before, and writes down how far the
/// forecasts of the blackout were off.</summary>
public sealed class ForecastStudy
{
    private const double HugeSeconds = 120;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly IMeasurementStore _store;
    private readonly SlaPolicy _policy;

    /// <summary>Makes a study.</summary>
    /// <param name="output">Where lines go.</param>
    /// <param name="limit">The blackout limit.</param>
    /// <param name="confidence">The share of commits that must keep it.</param>
    /// <param name="rule">When to stop the guest.</param>
    public ForecastStudy(TextWriter output, TimeSpan limit, double confidence, SwitchoverRule rule)
    {
        _output = output;
        var folder = Directory.CreateTempSubdirectory("lab-store-");
        _store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(folder.FullName, "study.db")));
        _policy = new SlaPolicy
        {
            Name = "study",
            BlackoutLimit = limit,
            Confidence = confidence,
            CompleteWithin = TimeSpan.FromSeconds(HugeSeconds),
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
            Rule = rule,
        };
    }

    /// <summary>Runs it.</summary>
    /// <param name="version">The version of QEMU.</param>
    /// <param name="cells">The cells; each round takes all of them.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="cancel">Stops after a migration.</param>
    public async Task<IReadOnlyList<ForecastOutcome>> RunAsync(QemuVersion version, IReadOnlyList<ForecastCell> cells, int rounds, CancellationToken cancel)
    {
        var outcomes = new List<ForecastOutcome>();
        await using var pair = await QemuPair.StartAsync(
            new PairOptions { Source = new QemuOptions { Version = version, Load = "ws_128" }, Link = LinkRate.Steady(50) }, cancel).ConfigureAwait(false);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var cell in cells)
            {
                cancel.ThrowIfCancellationRequested();
                var outcome = await MigrateAsync(pair, cell, cancel).ConfigureAwait(false);
                outcomes.Add(outcome);
                await _output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{round + 1} {cell.Name,-28} {outcome.Outcome,-18} p50 {outcome.PredictedSeconds * 1e3,6:F1} bound {outcome.BoundSeconds * 1e3,6:F1} happened {outcome.ActualSeconds * 1e3,6:F1} guest {outcome.GuestSeconds * 1e3,6:F1} total {outcome.TotalSeconds,5:F1} s load {outcome.LoadAverage:F1}  {outcome.Terms}")).ConfigureAwait(false);
            }
        }

        return outcomes;
    }

    private async Task<ForecastOutcome> MigrateAsync(QemuPair pair, ForecastCell cell, CancellationToken cancel)
    {
        pair.Link.Rate = LinkRate.Steady(cell.Link);
        await pair.SourceGuest.CommandAsync(cell.Load, cancel).ConfigureAwait(false);
        await Task.Delay(Settle, cancel).ConfigureAwait(false);
        var result = await PlannerMigration.RunAsync(pair, _policy, _store, trace: null, cancel).ConfigureAwait(false);
        var guest = double.NaN;
        if (result.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit)
        {
            await pair.DestinationGuest.WaitForHeartbeatAsync(TimeSpan.FromSeconds(10), cancel).ConfigureAwait(false);
            await Task.Delay(Settle / 2, cancel).ConfigureAwait(false);
            guest = LabGuest.Blackout(pair.SourceGuest, pair.DestinationGuest).TotalSeconds;
            await pair.NewDestinationAsync(cancel).ConfigureAwait(false);
        }
        else
        {
            await pair.ReplaceDestinationAsync(cancel).ConfigureAwait(false);
        }

        var terms = string.Join(' ', result.Terms.Select(t => string.Create(
            CultureInfo.InvariantCulture, $"{Short(t.Term)} {t.P50Seconds * 1e3:F1}/{t.ActualSeconds * 1e3:F1}")));
        return new ForecastOutcome(
            cell.Name,
            result.Outcome.ToString(),
            result.Decision?.Blackout.P50Seconds ?? double.NaN,
            result.Attempt.LastDecision?.Bound?.TotalSeconds ?? double.NaN,
            result.Blackout.TotalSeconds,
            guest,
            (result.Attempt.Ended - result.Attempt.Started).TotalSeconds,
            terms,
            HostLoad.Average);
    }

    private static string Short(string term) => term.StartsWith("arc ", StringComparison.Ordinal) ? term[(term.IndexOf('>', StringComparison.Ordinal) + 1)..].ToLowerInvariant() : term["transfer ".Length..];
}
