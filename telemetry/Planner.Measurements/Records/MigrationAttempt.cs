namespace Planner.Measurements;

/// <summary>One attempt to migrate a machine, written once at its end, whatever the ending. Scores, error budgets and reports come from these alone.</summary>
public sealed record MigrationAttempt
{
    /// <summary>The attempt's identifier.</summary>
    public required string Id { get; init; }

    /// <summary>What it was; null in the rows of earlier planners.</summary>
    public AttemptKind? Kind { get; init; }

    /// <summary>For a recovery, the attempt that it ended; otherwise null.</summary>
    public string? Recovers { get; init; }

    /// <summary>The machine's name.</summary>
    public required string Machine { get; init; }

    /// <summary>Where it was.</summary>
    public required AttemptSide Source { get; init; }

    /// <summary>Where it was to go.</summary>
    public required AttemptSide Destination { get; init; }

    /// <summary>The SLA class; empty where nothing was promised or it is not known.</summary>
    public required string SlaClass { get; init; }

    /// <summary>The limit on all pauses together; null where nothing was promised or it is not known.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The share of attempts that is to keep the limit; null if it is not known.</summary>
    public double? Confidence { get; init; }

    /// <summary>The switchover rule; null if it is not known.</summary>
    public string? Rule { get; init; }

    /// <summary>Who asked for it, such as <c>root@host</c>; null if it is not known.</summary>
    public string? AskedBy { get; init; }

    /// <summary>How it ended.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>How long the guest did not run, by what became of each pause.</summary>
    public PauseSum Pauses { get; init; } = PauseSum.None;

    /// <summary>Whether that is known; not knowing it is not the same as none.</summary>
    public bool ArePausesKnown { get; init; } = true;

    /// <summary>The decisions from which something followed, oldest first; of many the first and the latest.</summary>
    public IReadOnlyList<AttemptDecision> Decisions { get; init; } = [];

    /// <summary>What it moved.</summary>
    public AttemptTraffic Traffic { get; init; } = new();

    /// <summary>Its blackouts beside what was predicted for them: evidence for the next.</summary>
    public IReadOnlyList<BlackoutSample> Scores { get; init; } = [];

    /// <summary>Whether the guest was paused at all: otherwise it is in no share of violations.</summary>
    public bool WasPaused => Pauses.AtMost > TimeSpan.Zero;

    /// <summary>Whether the guest was paused longer than was promised, or may have been, whatever the outcome.</summary>
    public bool IsViolation => Kind is not (AttemptKind.Rehearsal or AttemptKind.Shadow) && Limit is { } limit && Pauses.Exceeds(limit);

    /// <summary>The last decision that was made, which the outcome rests on; null without one.</summary>
    public AttemptDecision? LastDecision => Decisions.Count > 0 ? Decisions[^1] : null;
}
