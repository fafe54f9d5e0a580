namespace Planner.Cli;

/// <summary>What <c>replay</c> prints of one trace.</summary>
/// <param name="Trace">The recording.</param>
/// <param name="Rule">The rule.</param>
/// <param name="LimitSeconds">The limit of the blackout.</param>
/// <param name="Verdict"><c>commit</c> or <c>stay</c>.</param>
/// <param name="CommitSeconds">When the rule stopped the guest, since the migration began; null if it never did.</param>
/// <param name="BlackoutSeconds">What the blackout would have been; null without a commit.</param>
/// <param name="BoundSeconds">The bound at the commit; null where the rule states none.</param>
/// <param name="Violated">Whether the blackout exceeds the limit; null without a commit.</param>
/// <param name="OracleCompletionSeconds">When the guest would run again under the oracle; null if no moment fits.</param>
/// <param name="RemainingErrorP50">Median error of "unsent plus D" at this run's syncs, as a share; null without syncs.</param>
internal sealed record ReplayedTrace(
    string Trace,
    string Rule,
    double LimitSeconds,
    string Verdict,
    double? CommitSeconds,
    double? BlackoutSeconds,
    double? BoundSeconds,
    bool? Violated,
    double? OracleCompletionSeconds,
    double? RemainingErrorP50);
