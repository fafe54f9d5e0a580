namespace Planner.Policies;

/// <summary>A decision in full: what <c>planner decide</c> prints.</summary>
public sealed record ExplainedDecision
{
    /// <summary>commit, stay, throttle or abort.</summary>
    public required string Verdict { get; init; }

    /// <summary>The blackout limit in seconds; null if none was stated.</summary>
    public double? LimitSeconds { get; init; }

    /// <summary>The share of commits that must keep the limit.</summary>
    public double Confidence { get; init; }

    /// <summary>The predicted blackout.</summary>
    public required BlackoutEstimate Blackout { get; init; }

    /// <summary>How much evidence there is, and how much is needed.</summary>
    public required EvidenceCount Evidence { get; init; }

    /// <summary>The parts of the blackout, in their order.</summary>
    public required IReadOnlyList<TermEstimate> Terms { get; init; }

    /// <summary>The largest part; null if nothing is known.</summary>
    public string? Dominant { get; init; }

    /// <summary>What the bound was held against, the tightest promise: limit, errorBudget or completeWithin; null if there is none.</summary>
    public string? Binding { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What would turn the verdict into a commit; empty for a commit.</summary>
    public required IReadOnlyList<string> WouldCommitIf { get; init; }

    /// <summary>When to evaluate again, in seconds from now; null if there is no next evaluation.</summary>
    public double? NextEvaluationSeconds { get; init; }

    /// <summary>The last moment at which a commit still completes in time, in seconds from now; null without a time limit.</summary>
    public double? LastSafeCommitSeconds { get; init; }
}
