using Planner.Measurements;
using Planner.Policies;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints a decision for people.</summary>
internal static class DecisionTable
{
    public static void Print(IAnsiConsole console, ExplainedDecision decision)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("term");
        table.AddColumn("device");
        table.AddColumn(new TableColumn("p50").RightAligned());
        table.AddColumn(new TableColumn("bound").RightAligned());
        table.AddColumn(new TableColumn("samples").RightAligned());
        foreach (var term in decision.Terms)
        {
            table.AddRow(
                Markup.Escape(term.Term),
                Markup.Escape(term.Device ?? ""),
                Seconds(term.P50Seconds),
                Bound(term.BoundSeconds),
                term.Samples.ToString());
        }

        table.AddRow("[bold]blackout[/]", "", Seconds(decision.Blackout.P50Seconds), Bound(decision.Blackout.BoundSeconds), $"{decision.Evidence.Have}/{decision.Evidence.Need}");
        console.WriteTable(table);
        console.MarkupLineInterpolated($"[bold]{decision.Reason}[/]");
        var confidence = $"{decision.Confidence * 100:0.##} %";
        console.MarkupLineInterpolated($"limit {Seconds(decision.LimitSeconds)} at {confidence}; method {decision.Blackout.Method ?? "none"}{(decision.Blackout.Recalibrating ? ", recalibrating" : "")}; evidence {decision.Evidence.Have} of {decision.Evidence.Need} {decision.Evidence.Of}");
        // "At most 100 %" would say nothing.
        if (decision.Blackout.MissProbability is { } miss and < 0.99995)
        {
            console.MarkupLineInterpolated($"at most {miss * 100:0.##} % of such blackouts exceed the limit (95 % confidence)");
        }

        foreach (var change in decision.WouldCommitIf)
        {
            console.MarkupLineInterpolated($"would commit if {change}");
        }
    }

    /// <summary>A duration for people; a dash where nothing is known.</summary>
    public static string Seconds(double? seconds) => seconds is { } s ? Quantity.Format(Span(s)) : "-";

    /// <summary>A bound for people, never written shorter than it is, and everywhere with the same figure; a dash where nothing is known.</summary>
    public static string Bound(double? seconds) => seconds is { } s ? Quantity.FormatUp(Span(s)) : "-";

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, ValueLimits.LongestSeconds));
}
