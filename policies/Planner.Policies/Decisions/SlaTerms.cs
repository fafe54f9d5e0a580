namespace Planner.Policies;

/// <summary>The part of an SLA that a decision needs, and how far the migration is.</summary>
public sealed record SlaTerms
{
    /// <summary>The confidence that is meant where none is stated.</summary>
    public const double DefaultConfidence = 0.99;

    /// <summary>The SLA class's name, for messages; null if not stated.</summary>
    public string? Class { get; init; }

    /// <summary>The longest blackout that is promised, in seconds; above 0.</summary>
    public double? BlackoutLimitSeconds { get; init; }

    /// <summary>The share of commits that must keep the limit; in (0, 1). Null means 0.99.</summary>
    public double? Confidence { get; init; }

    /// <summary>What to do while the evidence supports no bound. Null means <see cref="InsufficientEvidenceAction.Stay"/>.</summary>
    public InsufficientEvidenceAction? WhenEvidenceIsInsufficient { get; init; }

    /// <summary>The time that the whole migration may take, in seconds; null for no limit.</summary>
    public double? CompleteWithinSeconds { get; init; }

    /// <summary>How long the migration has run, in seconds; at least 0.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>How long the guest has been paused already in this blackout, in seconds; above 0 only at gate 2.</summary>
    public double PausedSeconds { get; init; }

    /// <summary>The blackout time that the error budget still allows, in seconds; null for no budget.</summary>
    public double? ErrorBudgetRemainingSeconds { get; init; }

    /// <summary>The lowest dirty rate to which the policy allows the machine to be limited, in bytes per second; null if it may not be limited.</summary>
    public double? DirtyRateFloorBytesPerSecond { get; init; }
}
