using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>What <c>migrate</c> prints as JSON.</summary>
internal sealed record MigrationReport
{
    /// <summary>The migration; null where none was begun.</summary>
    public required string? MigrationId { get; init; }

    public required string Machine { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    public required string Sla { get; init; }

    public required string Outcome { get; init; }

    public required double BlackoutSeconds { get; init; }

    public double? BlackoutUncertaintySeconds { get; init; }

    public string? BlackoutFrom { get; init; }

    public required double LimitSeconds { get; init; }

    public double? BoundSeconds { get; init; }

    public required string Reason { get; init; }

    public ExplainedDecision? Decision { get; init; }

    public ExplainedDecision? SecondDecision { get; init; }

    public required IReadOnlyList<TermOutcome> Terms { get; init; }

    public string? StoreTrouble { get; init; }

    /// <summary>Takes what a session gave.</summary>
    public static MigrationReport From(SessionResult result) => new()
    {
        MigrationId = result.Record.Id,
        Machine = result.Record.Machine,
        Source = result.Record.Source,
        Destination = result.Record.Destination,
        Sla = result.Record.SlaClass,
        Outcome = Word(result.Outcome),
        BlackoutSeconds = result.Blackout.TotalSeconds,
        BlackoutUncertaintySeconds = result.Pause?.Uncertainty.TotalSeconds,
        BlackoutFrom = result.Pause?.Basis,
        LimitSeconds = result.Record.Limit.TotalSeconds,
        BoundSeconds = result.Record.Bound?.TotalSeconds,
        Reason = result.Reason,
        Decision = result.Decision,
        SecondDecision = result.SecondDecision,
        Terms = result.Terms,
        StoreTrouble = result.StoreTrouble,
    };

    /// <summary>What is said of a migration that is not begun now; the machine stays as it is.</summary>
    public static MigrationReport NotBegun(MigrateArguments arguments, SlaPolicy policy, string reason) => new()
    {
        MigrationId = null,
        Machine = arguments.Machine ?? arguments.Source,
        Source = arguments.Source,
        Destination = arguments.Destination,
        Sla = policy.Name,
        Outcome = Word(MigrationOutcome.Stayed),
        BlackoutSeconds = 0,
        LimitSeconds = policy.BlackoutLimit.TotalSeconds,
        Reason = reason,
        Terms = [],
    };

    /// <summary>The outcome as a word of the JSON: <c>completed</c>, <c>completedOverLimit</c>, <c>stayed</c>, <c>recovered</c>, <c>needsPerson</c>.</summary>
    public static string Word(MigrationOutcome outcome)
    {
        var name = outcome.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>The exit status of an outcome.</summary>
    public static int ExitStatusOf(MigrationOutcome outcome) => outcome switch
    {
        MigrationOutcome.Completed => ExitStatus.Done,
        MigrationOutcome.CompletedOverLimit => ExitStatus.LimitExceeded,
        MigrationOutcome.Stayed => ExitStatus.Stayed,
        MigrationOutcome.Recovered => ExitStatus.Recovered,
        _ => ExitStatus.NeedsPerson,
    };
}
