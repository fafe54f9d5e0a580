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
                    DecisionTable.Seconds(term.BoundSeconds),
                    DecisionTable.Seconds(term.ActualSeconds));
            }

            var predicted = result.Decision?.Blackout;
            var happened = result.Blackout > TimeSpan.Zero ? Quantity.Format(result.Blackout) : "-";
            table.AddRow("[bold]blackout[/]", "", DecisionTable.Seconds(predicted?.P50Seconds), DecisionTable.Seconds(predicted?.BoundSeconds), $"[bold]{happened}[/]");
            console.WriteTable(table);
        }

        if (result.Pause is { Uncertainty.Ticks: > 0 } pause)
        {
            console.WriteLine($"The blackout was counted from {pause.Basis}, to {Quantity.Format(pause.Uncertainty)}.");
        }

        var colour = result.Outcome switch
        {
            MigrationOutcome.Completed => "green",
            MigrationOutcome.Stayed => "yellow",
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

    private static string Headline(SessionResult result) => result.Outcome switch
    {
        MigrationOutcome.Completed => $"migrated within the limit: {Quantity.Format(result.Blackout)} of {Quantity.Format(result.Record.Limit)}.",
        MigrationOutcome.CompletedOverLimit => $"migrated over the limit: {Quantity.Format(result.Blackout)} of {Quantity.Format(result.Record.Limit)}.",
        MigrationOutcome.Stayed => "stayed RUNNING on the source.",
        MigrationOutcome.Recovered => "failed and recovered.",
        _ => "failed; a person has to act.",
    };
}
