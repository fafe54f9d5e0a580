namespace Planner.Measurements;

/// <summary>An attempt as far as promises and budgets need it: much less than a <see cref="MigrationAttempt"/>, so that a month of them is read at once.</summary>
/// <param name="Id">The attempt's identifier.</param>
/// <param name="Kind">What it was; null in the rows of earlier planners.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="SlaClass">The SLA class; empty where nothing was promised.</param>
/// <param name="Limit">The limit on all pauses together; null where nothing was promised or it is not known.</param>
/// <param name="Confidence">The share of attempts that is to keep the limit; null if it is not known.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="PausedAtMost">The longest that the guest may have been paused in all.</param>
/// <param name="Reason">Why it ended as it did, in one sentence.</param>
public sealed record AttemptSummary(
    string Id, AttemptKind? Kind, string Machine, string SlaClass, TimeSpan? Limit, double? Confidence, MigrationOutcome Outcome, DateTimeOffset Started, DateTimeOffset Ended, TimeSpan PausedAtMost, string Reason)
{
    /// <summary>The last bound that a decision set on the blackout; null if none did.</summary>
    public TimeSpan? Bound { get; init; }

    /// <summary>Whether something was promised: rehearsals and shadow runs promise nothing.</summary>
    public bool IsPromised => Kind is not (AttemptKind.Rehearsal or AttemptKind.Shadow);

    /// <summary>Whether the guest was paused at all: otherwise the attempt is in no share of violations.</summary>
    public bool WasPaused => PausedAtMost > TimeSpan.Zero;

    /// <summary>Whether the guest was paused longer than was promised, or may have been, whatever the outcome.</summary>
    public bool IsViolation => IsPromised && Limit is { } limit && PausedAtMost > limit;

    /// <summary>Whether the machine went to the destination.</summary>
    public bool HasMoved => Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;

    /// <summary>Sums an attempt up.</summary>
    public static AttemptSummary Of(MigrationAttempt attempt) => new(
        attempt.Id, attempt.Kind, attempt.Machine, attempt.SlaClass, attempt.Limit, attempt.Confidence, attempt.Outcome, attempt.Started, attempt.Ended, attempt.Pauses.AtMost, attempt.Reason)
    {
        Bound = attempt.Decisions.LastOrDefault(d => d.Bound is not null)?.Bound,
    };
}
