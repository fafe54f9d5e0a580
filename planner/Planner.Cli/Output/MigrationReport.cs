using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>What <c>migrate</c> prints as JSON.</summary>
internal sealed record MigrationReport
{
    public string Kind { get; } = "migration";

    /// <summary>The attempt; null where none was begun.</summary>
    public required string? AttemptId { get; init; }

    public required string Machine { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    public required string Sla { get; init; }

    public required string Outcome { get; init; }

    /// <summary>How long the guest did not run in all, whatever became of the attempt; null if it is not known.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary>The part of it in quiesces that were taken back.</summary>
    public double VainQuiesceSeconds { get; init; }

    /// <summary>The part of it in switchovers that failed.</summary>
    public double FailedCommitSeconds { get; init; }

    /// <summary>The blackout of the switchover; null without one, or if it is not known.</summary>
    public double? BlackoutSeconds { get; init; }

    public double? BlackoutUncertaintySeconds { get; init; }

    public string? BlackoutFrom { get; init; }

    /// <summary>The limit; null where nothing was promised, as for a guest that is paused anyway.</summary>
    public required double? LimitSeconds { get; init; }

    public required bool LimitExceeded { get; init; }

    public double? BoundSeconds { get; init; }

    public required string Reason { get; init; }

    public ExplainedDecision? Decision { get; init; }

    public ExplainedDecision? SecondDecision { get; init; }

    public required IReadOnlyList<TermOutcome> Terms { get; init; }

    public string? StoreTrouble { get; init; }

    /// <summary>Takes what a session gave.</summary>
    public static MigrationReport From(SessionResult result) => new()
    {
        AttemptId = result.Attempt.Id,
        Machine = result.Attempt.Machine,
        Source = result.Attempt.Source.Address,
        Destination = result.Attempt.Destination.Address,
        Sla = result.Attempt.SlaClass,
        Outcome = Word(result.Outcome),
        PausedSeconds = result.IsBlackoutKnown ? result.Blackout.TotalSeconds : null,
        VainQuiesceSeconds = result.Pauses.VainQuiesces?.Length.TotalSeconds ?? 0,
        FailedCommitSeconds = result.Pauses.FailedCommits?.Length.TotalSeconds ?? 0,
        BlackoutSeconds = result is { IsBlackoutKnown: true, Outcome: MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit } ? result.Pauses.Blackout?.Length.TotalSeconds ?? 0 : null,
        BlackoutUncertaintySeconds = result.Pauses.Total?.Uncertainty.TotalSeconds,
        BlackoutFrom = result.Pauses.Total?.Basis,
        LimitSeconds = result.Attempt.Limit?.TotalSeconds,
        LimitExceeded = result.IsOverLimit,
        BoundSeconds = result.Attempt.LastDecision?.Bound?.TotalSeconds,
        Reason = result.Reason,
        Decision = result.Decision,
        SecondDecision = result.SecondDecision,
        Terms = result.Terms,
        StoreTrouble = result.StoreTrouble,
    };

    /// <summary>What is said of a migration that is not begun now; the machine stays as it is.</summary>
    public static MigrationReport NotBegun(MigrateArguments arguments, SlaPolicy policy, string reason) => new()
    {
        AttemptId = null,
        Machine = arguments.Machine ?? arguments.Source,
        Source = arguments.Source,
        Destination = arguments.Destination,
        Sla = policy.Name,
        Outcome = Word(MigrationOutcome.Stayed),
        PausedSeconds = 0,
        LimitSeconds = policy.BlackoutLimit.TotalSeconds,
        LimitExceeded = false,
        Reason = reason,
        Terms = [],
    };

    /// <summary>The outcome as a word of the JSON: <c>completed</c>, <c>completedOverLimit</c>, <c>stayed</c>, <c>recovered</c>, <c>needsPerson</c>.</summary>
    public static string Word(MigrationOutcome outcome) => AttemptReport.Word(outcome);

    /// <summary>The exit status of a session. Where several are true: 6 before 4 before 5 before 3.</summary>
    public static int ExitStatusOf(SessionResult result) => result.Outcome switch
    {
        MigrationOutcome.NeedsPerson => ExitStatus.NeedsPerson,
        _ when result.IsOverLimit => ExitStatus.LimitExceeded,
        MigrationOutcome.Completed => ExitStatus.Done,
        MigrationOutcome.Stayed => ExitStatus.Stayed,
        _ => ExitStatus.Recovered,
    };
}
