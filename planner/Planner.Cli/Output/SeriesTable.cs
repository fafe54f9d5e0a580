using System.Globalization;
using Planner.Evaluation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints latency series, or prints their JSON.</summary>
internal static class SeriesTable
{
    /// <summary>Prints the reports of series.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="kind">What the series are: <c>latency-series</c> or <c>arc-series</c>.</param>
    /// <param name="title">The title for people.</param>
    /// <param name="reports">The reports.</param>
    public static void Print(CommandContext context, string kind, string title, IReadOnlyList<LatencySeriesReport> reports)
    {
        if (context.IsJson)
        {
            foreach (var report in reports)
            {
                context.Output.WriteLine(CliJson.Write(report, CliJson.Default.LatencySeriesReport, ("kind", kind)));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("series");
        foreach (var column in new[] { "samples", "missed", "worst block", "unbounded", "mean bound" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            table.AddRow(
                Markup.Escape(report.Series),
                report.Samples.ToString(CultureInfo.InvariantCulture),
                RuleTable.Percent(report.MissRate),
                RuleTable.Percent(report.WorstBlockMissRate),
                RuleTable.Percent(report.UnboundedShare),
                DecisionTable.Seconds(report.MeanBoundSeconds));
        }

        context.Console.MarkupLineInterpolated($"[bold]{title}[/]");
        context.Console.WriteTable(table);
    }
}
