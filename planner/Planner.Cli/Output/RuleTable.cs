using System.Globalization;
using Planner.Evaluation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints the figures of rules for people.</summary>
internal static class RuleTable
{
    private static readonly string[] Columns =
        ["commits", "over the limit", "blackout p50", "p99", "completion p50", "regret p50", "false aborts", "coverage", "unbounded"];

    /// <summary>Prints rows, a rule that knows no confidence once.</summary>
    public static void Print(CommandContext context, string title, IReadOnlyList<RuleRow> rows)
    {
        context.Console.MarkupLineInterpolated($"[bold]{title}[/]");
        foreach (var part in rows.GroupBy(r => (Keys: string.Join(", ", r.Keys.Select(k => $"{k.Name} {k.Value}")), r.Report.LimitSeconds)))
        {
            var table = new Table().Border(TableBorder.Simple).AddColumn("rule");
            table.AddColumn(new TableColumn("confidence").RightAligned());
            foreach (var column in Columns)
            {
                table.AddColumn(new TableColumn(column).RightAligned());
            }

            foreach (var report in part.Select(r => r.Report).OrderBy(r => RuleNames.Place(r.Rule)).DistinctBy(r => (r.Rule, RuleNames.IsPeer(r.Rule) ? 0 : r.Confidence)))
            {
                table.AddRow(Cells(report));
            }

            context.Console.MarkupLineInterpolated($"limit {DecisionTable.Seconds(part.Key.LimitSeconds)}{(part.Key.Keys.Length > 0 ? ", " : "")}{part.Key.Keys}");
            context.Console.WriteTable(table);
        }
    }

    /// <summary>A share for people; a dash where nothing is known.</summary>
    public static string Percent(double? share) => share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s * 100:0.##} %") : "-";

    private static string[] Cells(RuleReport report) =>
    [
        report.Rule,
        RuleNames.IsPeer(report.Rule) ? "-" : Percent(report.Confidence),
        $"{report.Commits}/{report.Migrations}",
        report.Commits > 0 ? $"{report.Violations} ({Percent(report.ViolationsLow)}..{Percent(report.ViolationsHigh)})" : "-",
        DecisionTable.Seconds(report.BlackoutP50Seconds),
        DecisionTable.Seconds(report.BlackoutP99Seconds),
        DecisionTable.Seconds(report.CompletionP50Seconds),
        DecisionTable.Seconds(report.RegretP50Seconds),
        report.FalseAborts.ToString(CultureInfo.InvariantCulture),
        Percent(report.Coverage),
        Percent(report.UnboundedShare),
    ];
}
