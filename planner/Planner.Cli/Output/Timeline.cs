using Planner.Measurements;
using Planner.Sessions;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints how a session went: predicted beside what happened, term by term.</summary>
internal static class Timeline
{
    public static void Print(IAnsiConsole console, SessionResult result)
    {
        if (result.Terms.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple);
            table.AddColumn("term");
            table.AddColumn("device");
            table.AddColumn(new TableColumn("predicted p50").RightAligned());
            table.AddColumn(new TableColumn("bound").RightAligned());
            table.AddColumn(new TableColumn("happened").RightAligned());
            foreach (var term in result.Terms)
            {
                table.AddRow(
                    Markup.Escape(term.Term),
                    Markup.Escape(term.Device ?? ""),
                    DecisionTable.Seconds(term.P50Seconds),
                    DecisionTable.Bound(term.BoundSeconds),
                    DecisionTable.Seconds(term.ActualSeconds));
            }

            var predicted = result.Decision?.Blackout;
            var happened = result.Blackout > TimeSpan.Zero ? Quantity.Format(result.Blackout) : "-";
            table.AddRow("[bold]blackout[/]", "", DecisionTable.Seconds(predicted?.P50Seconds), DecisionTable.Bound(predicted?.BoundSeconds), $"[bold]{happened}[/]");
            console.WriteTable(table);
        }

        if (result.Pauses is { VainQuiesces: not null } or { FailedCommits: not null })
        {
            console.WriteLine($"The guest was paused for {Quantity.Format(result.Blackout)}: {Parts(result.Pauses)}.");
        }

        if (result.Pauses.Total is { Uncertainty.Ticks: > 0 } pause)
        {
            console.WriteLine($"The blackout was counted from {pause.Basis}, to {Quantity.Format(pause.Uncertainty)}.");
        }

        var colour = result.Outcome switch
        {
            MigrationOutcome.Completed => "green",
            MigrationOutcome.Stayed when !result.IsOverLimit => "yellow",
            _ => "red",
        };
        console.MarkupLine($"[{colour}]{Headline(result)}[/] {Markup.Escape(result.Reason)}");
        if (result.Outcome == MigrationOutcome.Stayed && result.Decision is { } decision)
        {
            foreach (var change in decision.WouldCommitIf)
            {
                console.MarkupLineInterpolated($"  would commit if {change}");
            }
        }
    }

    /// <summary>The parts of a pause by what became of them, in words.</summary>
    public static string Parts(PauseSum pauses) => string.Join(", ", new (GuestPause? Pause, string What)[]
    {
        (pauses.VainQuiesces, "in quiesces that were taken back"), (pauses.FailedCommits, "in switchovers that failed"), (pauses.Blackout, "in the one that succeeded"),
    }.Where(part => part.Pause is not null).Select(part => $"{Quantity.Format(part.Pause!.Length)} {part.What}"));

    private static string Headline(SessionResult result) => result.Outcome switch
    {
        MigrationOutcome.Completed when result.Blackout == TimeSpan.Zero => "migrated.",
        MigrationOutcome.Completed => $"migrated within the limit: {OfLimit(result)}.",
        MigrationOutcome.CompletedOverLimit => $"migrated over the limit: {OfLimit(result)}.",
        MigrationOutcome.Stayed when result.IsUntouched => "stayed as it was.",
        MigrationOutcome.Stayed => result.IsOverLimit ? "stayed RUNNING on the source, paused over the limit." : "stayed RUNNING on the source.",
        MigrationOutcome.Recovered => result.IsOverLimit ? "failed and recovered, paused over the limit." : "failed and recovered.",
        _ => "failed; a person has to act.",
    };

    private static string OfLimit(SessionResult result)
    {
        if (!result.IsBlackoutKnown || result.Attempt.Limit is not { } most)
        {
            return $"how long it stood is not known{(result.Attempt.Limit is { } of ? $", of {Quantity.Format(of)}" : "")}";
        }

        var (blackout, limit) = Quantity.FormatAgainst(result.Blackout, most);
        return $"{blackout} of {limit}";
    }
}
