namespace Planner.Evaluation;

/// <summary>How a simulated migration under a rule ended.</summary>
/// <param name="Committed">Whether the guest was stopped, be it too late to complete in time.</param>
/// <param name="CommitSeconds">When, or when the migration was given up; in seconds since it began.</param>
/// <param name="RamBytes">Memory that was truly left at the commit; 0 without one.</param>
/// <param name="BlackoutSeconds">The blackout; NaN without a commit.</param>
/// <param name="Considered">How many moments with an exact count the rule was shown.</param>
internal readonly record struct WorkloadOutcome(bool Committed, double CommitSeconds, double RamBytes, double BlackoutSeconds, int Considered)
{
    /// <summary>When the guest runs at the destination, in seconds since the migration began; NaN without a commit.</summary>
    public double CompletionSeconds => CommitSeconds + BlackoutSeconds;
}
