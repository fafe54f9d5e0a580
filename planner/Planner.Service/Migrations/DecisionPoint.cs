using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>A decision of a gate, as those see it who watch a migration.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced; null where it is not known.</param>
/// <param name="Verdict"><c>commit</c>, <c>stay</c>, <c>throttle</c> or <c>abort</c>; null where it is not known.</param>
/// <param name="Method"><c>direct</c>, <c>union</c> or <c>independent</c>; null without a bound.</param>
/// <param name="P50Seconds">The median of the predicted blackout; null if it is not known.</param>
/// <param name="BoundSeconds">The bound; null if the evidence supports none.</param>
/// <param name="LimitSeconds">What it was held against; null where it is not known.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record DecisionPoint(DateTimeOffset At, int? Gate, string? Verdict, string? Method, double? P50Seconds, double? BoundSeconds, double? LimitSeconds, string Reason)
{
    /// <summary>The kind of the changes that tell of decisions.</summary>
    public const string EventKind = "migration.decision";

    private const int MostEvents = 5000;

    /// <summary>Takes a decision.</summary>
    public static DecisionPoint Of(Decided decided) => new(
        decided.At, decided.Gate, AttemptReport.Word(decided.Verdict), decided.Method is { } method ? AttemptReport.Word(method) : null,
        decided.P50?.TotalSeconds, decided.Bound?.TotalSeconds, decided.Limit.TotalSeconds, decided.Reason);

    /// <summary>The terms that a decision to wait was made from, from its input; null where it is not told, or where nothing waits: then a switchover may be under way, which is not to be disturbed.</summary>
    public static IReadOnlyList<TermOutcome>? TermsOf(Decided decided)
    {
        try
        {
            if (decided.Verdict == Measurements.Verdict.Commit || decided.Gate != 1 || decided.Input is not { } input)
            {
                return null;
            }

            var evaluator = SwitchoverEvaluator.Prepare(DecisionJson.ReadSnapshot(input(), "the input of the decision"));
            return [.. evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment).Terms.Select(t => new TermOutcome(t.Term, t.Device, t.P50Seconds, t.BoundSeconds, null))];
        }
        catch (Exception e) when (e is DocumentException or InvalidSnapshotException)
        {
            return null;
        }
    }

    /// <summary>The decisions of a migration in their order: from its changes, and where they are no longer kept from the ledger.</summary>
    public static IReadOnlyList<DecisionPoint> Read(ServiceParts parts, Operation operation)
    {
        var told = parts.Records.ReadEvents(0, operation.Id, MostEvents).Where(e => e.Kind == EventKind)
            .Select(e => JsonSerializer.Deserialize(e.Body, ServiceJson.Default.Operation)?.LatestDecision).OfType<DecisionPoint>().ToList();
        return told.Count > 0 || parts.Samples.FindAttempt(operation.AttemptId ?? operation.Id) is not { } attempt
            ? told
            : [.. attempt.Decisions.Select(d => new DecisionPoint(
                attempt.Started + (d.After ?? TimeSpan.Zero), d.Gate, d.Verdict is { } verdict ? AttemptReport.Word(verdict) : null, d.Method is { } method ? AttemptReport.Word(method) : null,
                d.Predicted?.TotalSeconds, d.Bound?.TotalSeconds, attempt.Limit?.TotalSeconds, d.Reason))];
    }
}
