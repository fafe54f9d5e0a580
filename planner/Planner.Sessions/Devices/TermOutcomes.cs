using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>One part of the blackout: what was predicted beside what happened.</summary>
/// <param name="Term">What it is, such as <c>arc RUNNING_P2P->STOP</c> or <c>transfer state</c>.</param>
/// <param name="Device">The device; null for what is not of one device.</param>
/// <param name="P50Seconds">The predicted median in seconds; null without samples.</param>
/// <param name="BoundSeconds">The predicted upper bound in seconds; null if the samples support none.</param>
/// <param name="ActualSeconds">What happened, in seconds; null if it did not come to that.</param>
public sealed record TermOutcome(string Term, string? Device, double? P50Seconds, double? BoundSeconds, double? ActualSeconds);

/// <summary>Puts what happened beside what was predicted, term by term.</summary>
internal static class TermOutcomes
{
    private const string ArcPrefix = "arc ";

    /// <param name="terms">The predicted terms, in their order.</param>
    /// <param name="arcs">The arcs inside the last blackout.</param>
    /// <param name="transfer">The transfer of the stop phase; null if it did not come to that.</param>
    /// <param name="bytes">What each device's stream carried in it.</param>
    public static IReadOnlyList<TermOutcome> Compare(
        IReadOnlyList<TermEstimate> terms, IReadOnlyList<ArcRun> arcs, TransferSample? transfer, IReadOnlyDictionary<string, long> bytes)
    {
        var outcomes = new List<TermOutcome>();
        var explained = new HashSet<ArcRun>();
        foreach (var term in terms)
        {
            outcomes.Add(new TermOutcome(term.Term, term.Device, term.P50Seconds, term.BoundSeconds, term.Term switch
            {
                "transfer fixed" => transfer?.Fixed.TotalSeconds,
                "transfer state" => StateSeconds(term, transfer, bytes),
                _ => ArcSeconds(term, arcs, explained),
            }));
        }

        // A deadline-capable device takes several arcs at once; that has no term of its own.
        outcomes.AddRange(arcs.Where(run => !explained.Contains(run))
            .Select(run => new TermOutcome($"{ArcPrefix}{run.Arc}", run.Device, null, null, run.Result.Took.TotalSeconds)));
        return outcomes;
    }

    /// <summary>Streams share the time of the transfer by their bytes, as they do in the prediction.</summary>
    private static double? StateSeconds(TermEstimate term, TransferSample? transfer, IReadOnlyDictionary<string, long> bytes) =>
        transfer is null || term.Device is null || !bytes.TryGetValue(term.Device, out var own)
            ? null
            : transfer.Bytes == 0 ? 0 : transfer.Moving.TotalSeconds * own / transfer.Bytes;

    private static double? ArcSeconds(TermEstimate term, IReadOnlyList<ArcRun> arcs, HashSet<ArcRun> explained)
    {
        if (!term.Term.StartsWith(ArcPrefix, StringComparison.Ordinal) || !Arc.TryParse(term.Term.AsSpan(ArcPrefix.Length), out var arc))
        {
            return null;
        }

        // A predicted combination was walked arc by arc: those between its ends belong to it.
        var own = new List<ArcRun>();
        var at = arc.From;
        foreach (var run in arcs.Where(run => run.Device == term.Device && run.Result.Reached))
        {
            if (at != arc.To && run.Arc.From == at)
            {
                own.Add(run);
                at = run.Arc.To;
            }
        }

        if (at != arc.To || own.Count == 0)
        {
            return null;
        }

        explained.UnionWith(own);
        return own.Sum(run => run.Result.Took.TotalSeconds);
    }
}
