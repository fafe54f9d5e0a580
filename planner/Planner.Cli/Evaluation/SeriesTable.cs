using System.Globalization;
using Planner.Simulation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints bounds of latency series for people.</summary>
internal static class SeriesTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<LatencySeriesReport> reports)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("series");
        foreach (var column in new[] { "samples", "level", "misses", "worst block", "no bound", "mean bound" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var report in reports)
        {
            table.AddRow(
                Markup.Escape(report.Series),
                report.Samples.ToString(CultureInfo.InvariantCulture),
                Percent(report.Level),
                Percent(report.MissRate),
                Percent(report.WorstBlockMissRate),
                Percent(report.UnboundedShare),
                DecisionTable.Seconds(report.MeanBoundSeconds));
        }

        console.Write(table);
    }

    private static string Percent(double? share) => share is { } s ? $"{(s * 100).ToString("0.##", CultureInfo.InvariantCulture)} %" : "-";
}
