using Planner.Measurements;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>An attempt of the ledger as JSON: what <c>planner attempts</c> prints, and what the service answers.</summary>
public sealed record AttemptReport
{
    /// <summary><c>attempt</c>.</summary>
    public string Kind { get; } = "attempt";

    /// <summary>The identifier.</summary>
    public required string AttemptId { get; init; }

    /// <summary><c>migration</c>, <c>shadow</c>, <c>rehearsal</c> or <c>recovery</c>; null in the rows of earlier planners.</summary>
    public string? AttemptKind { get; init; }

    /// <summary>For a recovery, the attempt that it ended.</summary>
    public string? Recovers { get; init; }

    /// <summary>The machine.</summary>
    public required string Machine { get; init; }

    /// <summary>Where it was.</summary>
    public required AttemptSide Source { get; init; }

    /// <summary>Where it was to go.</summary>
    public required AttemptSide Destination { get; init; }

    /// <summary>The SLA class; empty where nothing was promised.</summary>
    public required string Sla { get; init; }

    /// <summary>The promised limit on all pauses together; null where nothing was promised.</summary>
    public double? LimitSeconds { get; init; }

    /// <summary>The promised share; null if it is not known.</summary>
    public double? Confidence { get; init; }

    /// <summary>The switchover rule; null if it is not known.</summary>
    public string? Rule { get; init; }

    /// <summary>Who asked; null if it is not known.</summary>
    public string? AskedBy { get; init; }

    /// <summary>completed, completedOverLimit, stayed, recovered or needsPerson.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>How long the guest did not run in all; null if it is not known.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary>The longest that it may have been; null if it is not known.</summary>
    public double? PausedAtMostSeconds { get; init; }

    /// <summary>The part of it in quiesces that were taken back.</summary>
    public double VainQuiesceSeconds { get; init; }

    /// <summary>The part of it in switchovers that failed.</summary>
    public double FailedCommitSeconds { get; init; }

    /// <summary>The blackout of the switchover that came to its end; null without one.</summary>
    public double? BlackoutSeconds { get; init; }

    /// <summary>What the pause was counted from, in words.</summary>
    public string? PausedFrom { get; init; }

    /// <summary>Whether the guest was paused longer than was promised, or may have been.</summary>
    public required bool LimitExceeded { get; init; }

    /// <summary>The decisions from which something followed, oldest first.</summary>
    public required IReadOnlyList<AttemptDecisionReport> Decisions { get; init; }

    /// <summary>What was moved.</summary>
    public required AttemptTraffic Traffic { get; init; }

    /// <summary>Blackouts beside what was predicted for them.</summary>
    public required IReadOnlyList<ScoreReport> Scores { get; init; }

    /// <summary>Takes an attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="isExplained">Whether decisions are explained again from their recorded inputs.</param>
    public static AttemptReport From(MigrationAttempt attempt, bool isExplained) => new()
    {
        AttemptId = attempt.Id,
        AttemptKind = attempt.Kind is { } kind ? Word(kind) : null,
        Recovers = attempt.Recovers,
        Machine = attempt.Machine,
        Source = attempt.Source,
        Destination = attempt.Destination,
        Sla = attempt.SlaClass,
        LimitSeconds = attempt.Limit?.TotalSeconds,
        Confidence = attempt.Confidence,
        Rule = attempt.Rule,
        AskedBy = attempt.AskedBy,
        Outcome = Word(attempt.Outcome),
        Reason = attempt.Reason,
        Started = attempt.Started,
        Ended = attempt.Ended,
        PausedSeconds = attempt.ArePausesKnown ? attempt.Pauses.Length.TotalSeconds : null,
        PausedAtMostSeconds = attempt.ArePausesKnown ? attempt.Pauses.AtMost.TotalSeconds : null,
        VainQuiesceSeconds = attempt.Pauses.VainQuiesces?.Length.TotalSeconds ?? 0,
        FailedCommitSeconds = attempt.Pauses.FailedCommits?.Length.TotalSeconds ?? 0,
        BlackoutSeconds = attempt.Pauses.Blackout?.Length.TotalSeconds,
        PausedFrom = attempt.Pauses.Total?.Basis,
        LimitExceeded = attempt.IsViolation,
        Decisions = [.. attempt.Decisions.Select(d => AttemptDecisionReport.From(d, isExplained ? Explain(d) : null))],
        Traffic = attempt.Traffic,
        Scores = [.. attempt.Scores.Select(s => new ScoreReport(Word(s.Span), s.Predicted.TotalSeconds, s.Actual.TotalSeconds, s.IsCutOff))],
    };

    /// <summary>Makes a decision again from its recorded input; null if there is none, or if this planner cannot read it.</summary>
    public static ExplainedDecision? Explain(AttemptDecision decision)
    {
        try
        {
            if (decision.Snapshot is not { } snapshot)
            {
                return null;
            }

            var evaluator = SwitchoverEvaluator.Prepare(DecisionJson.ReadSnapshot(snapshot, "the recorded input"));
            return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
        }
        catch (Exception e) when (e is DocumentException or InvalidSnapshotException)
        {
            return null;
        }
    }

    /// <summary>A name of the program as the JSON writes it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
