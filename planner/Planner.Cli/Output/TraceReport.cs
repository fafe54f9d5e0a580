namespace Planner.Cli;

/// <summary>What <c>replay</c> prints of one recorded migration. What has no value is null.</summary>
internal sealed record TraceReport
{
    public required string Trace { get; init; }

    public required string Rule { get; init; }

    public required double LimitSeconds { get; init; }

    public required double Confidence { get; init; }

    /// <summary><c>committed</c> or <c>stayed</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Whether the recorded migration came to its end.</summary>
    public required bool Completed { get; init; }

    /// <summary>When it did, in seconds since it began; null if it never completed.</summary>
    public double? RecordedCompletionSeconds { get; init; }

    public required int Decisions { get; init; }

    public double? CommitSeconds { get; init; }

    public double? BlackoutSeconds { get; init; }

    /// <summary>Where that is known from: <c>measured</c>, <c>otherStopPhases</c>, <c>preCopyRate</c> or <c>predicted</c>; null without a commit.</summary>
    public string? BlackoutFrom { get; init; }

    public double? BoundSeconds { get; init; }

    /// <summary>Whether the blackout exceeded the limit; null without a commit.</summary>
    public bool? Violated { get; init; }

    public double? CompletionSeconds { get; init; }

    public double? OracleCompletionSeconds { get; init; }

    /// <summary>Error of what remains between syncs, as a share of what the sync then found: median.</summary>
    public double? RemainingErrorP50Share { get; init; }

    /// <summary>The same at 90 % of the syncs.</summary>
    public double? RemainingErrorP90Share { get; init; }

    /// <summary>What was left at each dirty sync of a migration that never completed, over time; null for others.</summary>
    public IReadOnlyList<RemainingAt>? Remaining { get; init; }
}
