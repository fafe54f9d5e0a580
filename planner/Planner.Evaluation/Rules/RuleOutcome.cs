namespace Planner.Evaluation;

/// <summary>What came of one migration under one switchover rule, beside what the oracle would have made of it.</summary>
public sealed record RuleOutcome
{
    /// <summary>The moments at which the rule was asked.</summary>
    public required int Decisions { get; init; }

    /// <summary>The decisions without a finite bound of the blackout; null if the rule states no bounds.</summary>
    public int? UnboundedDecisions { get; init; }

    /// <summary>When the rule committed, in seconds since the migration began; null if it never did.</summary>
    public double? CommitSeconds { get; init; }

    /// <summary>Where the blackout is known from.</summary>
    public BlackoutSource BlackoutFrom { get; init; }

    /// <summary>The blackout in seconds; null if the rule never committed, or if nothing is known of it.</summary>
    public double? BlackoutSeconds { get; init; }

    /// <summary>The bound that the rule stated when it committed, in seconds; null without a commit or a finite bound.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>When the guest ran again, in seconds since the migration began; null if the rule never committed.</summary>
    public double? CompletionSeconds { get; init; }

    /// <summary>The same for the oracle, which commits at the first moment whose true blackout keeps the limit; null if no moment does.</summary>
    public double? OracleCompletionSeconds { get; init; }

    /// <summary>Whether the blackout exceeded the limit of the tally that counted it first.</summary>
    internal bool IsViolation { get; init; }
}
