using System.Globalization;
using Planner.Policies;
using Planner.Simulation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints rows of rules for people.</summary>
internal static class RuleTable
{
    private static readonly string[] Columns =
    [
        "rule", "limit", "level", "commits", "over limit", "95 % interval", "p50", "p99", "done at", "ratio", "regret", "missed", "covered", "no bound",
    ];

    /// <summary>Prints the rows, and what the columns mean.</summary>
    public static void Print(IAnsiConsole console, string title, IReadOnlyList<RuleReport> rows)
    {
        console.MarkupLineInterpolated($"[bold]{title}[/]");
        var table = new Table().Border(TableBorder.Simple);
        var hasPlace = rows.Any(r => Place(r).Length > 0);
        if (hasPlace)
        {
            table.AddColumn("cells");
        }

        foreach (var column in Columns)
        {
            table.AddColumn((column is "rule" ? new TableColumn(column) : new TableColumn(column).RightAligned()).NoWrap());
        }

        foreach (var row in rows)
        {
            string[] cells = [.. hasPlace ? [Markup.Escape(Place(row))] : Array.Empty<string>(), .. Cells(row)];
            table.AddRow(cells);
        }

        console.Write(table);
        console.WriteLine("p50, p99: blackout; done at: median completion, ratio to the oracle's, regret against it; missed: stayed though the oracle could.");
    }

    private static string Place(RuleReport row) => string.Join('/', new[] { row.Devices, row.Link, row.Memory }.OfType<string>());

    private static string[] Cells(RuleReport row) =>
    [
        row.Rule,
        row.LimitSeconds > 0 ? DecisionTable.Seconds(row.LimitSeconds) : "all",
        PeerRules.Names.Contains(row.Rule) ? "-" : Percent(row.Confidence),
        $"{row.Commits}/{row.Migrations}",
        row.Commits > 0 ? Percent((double)row.Violations / row.Commits) : "-",
        row.Commits > 0 ? $"{Percent(row.ViolationsLow)}..{Percent(row.ViolationsHigh)}" : "-",
        DecisionTable.Seconds(row.BlackoutP50Seconds),
        DecisionTable.Seconds(row.BlackoutP99Seconds),
        DecisionTable.Seconds(row.CompletionP50Seconds),
        row.CompletionRatioP50 is { } ratio ? ratio.ToString("0.000", CultureInfo.InvariantCulture) : "-",
        row.RegretP50Seconds is { } regret ? regret.ToString("0.000 s", CultureInfo.InvariantCulture) : "-",
        $"{row.FalseAborts}/{row.OracleCommits}",
        Percent(row.Coverage),
        Percent(row.UnboundedShare),
    ];

    private static string Percent(double? share) => share is { } s ? $"{(s * 100).ToString("0.##", CultureInfo.InvariantCulture)} %" : "-";
}
