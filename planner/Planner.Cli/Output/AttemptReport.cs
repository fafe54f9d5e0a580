using Planner.Measurements;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>What <c>attempts</c> prints as JSON: one object an attempt.</summary>
internal sealed record AttemptReport
{
    public string Kind { get; } = "attempt";

    public required string AttemptId { get; init; }

    /// <summary><c>migration</c>, <c>shadow</c>, <c>rehearsal</c> or <c>recovery</c>; null in the rows of earlier planners.</summary>
    public string? AttemptKind { get; init; }

    public string? Recovers { get; init; }

    public required string Machine { get; init; }

    public required AttemptSide Source { get; init; }

    public required AttemptSide Destination { get; init; }

    public required string Sla { get; init; }

    public double? LimitSeconds { get; init; }

    public double? Confidence { get; init; }

    public string? Rule { get; init; }

    public string? AskedBy { get; init; }

    public required string Outcome { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Ended { get; init; }

    /// <summary>How long the guest did not run in all; null if it is not known.</summary>
    public double? PausedSeconds { get; init; }

    public double? PausedAtMostSeconds { get; init; }

    public double VainQuiesceSeconds { get; init; }

    public double FailedCommitSeconds { get; init; }

    public double? BlackoutSeconds { get; init; }

    public string? PausedFrom { get; init; }

    public required bool LimitExceeded { get; init; }

    public required IReadOnlyList<AttemptDecisionReport> Decisions { get; init; }

    public required AttemptTraffic Traffic { get; init; }

    public required IReadOnlyList<ScoreReport> Scores { get; init; }

    /// <summary>Takes an attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="explain">Makes the explanation of a decision again from its recorded input; null to leave it out.</param>
    public static AttemptReport From(MigrationAttempt attempt, Func<AttemptDecision, ExplainedDecision?>? explain) => new()
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
        Outcome = MigrationReport.Word(attempt.Outcome),
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
        Decisions = [.. attempt.Decisions.Select(d => AttemptDecisionReport.From(d, explain?.Invoke(d)))],
        Traffic = attempt.Traffic,
        Scores = [.. attempt.Scores.Select(s => new ScoreReport(Word(s.Span), s.Predicted.TotalSeconds, s.Actual.TotalSeconds, s.IsCutOff))],
    };

    /// <summary>A name of the program as the JSON writes it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
