using System.Globalization;
using Planner.Estimators;
using Planner.Evaluation;
using Planner.Policies;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints what the planner's own rules kept of their promises: all limits, links and memories of one kind of devices together.</summary>
internal static class WorkloadSummary
{
    private const double IntervalError = 0.05;

    private static readonly string[] Columns = ["confidence", "commits", "over the limit", "95 % interval", "of informed", "of oracle", "completion ratio", "coverage", "unbounded"];

    /// <summary>Prints a row for every kind of devices, rule and confidence, and how many cells another system wins.</summary>
    public static void Print(CommandContext context, WorkloadGrid grid, IReadOnlyList<GridTally> tallies)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("devices").AddColumn("rule");
        foreach (var column in Columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var devices in grid.Devices.Select(d => d.Name))
        {
            var cells = tallies.Where(t => t.Cell.Devices == devices).ToLookup(t => t.Tally.Rule);
            foreach (var rule in PlannerRules.Names)
            {
                foreach (var confidence in grid.Confidences)
                {
                    table.AddRow([Markup.Escape(devices), rule, .. Cells(cells, rule, confidence)]);
                }
            }
        }

        context.Console.MarkupLineInterpolated($"[bold]Promises kept, all limits together[/]");
        context.Console.WriteTable(table);
        foreach (var rule in PlannerRules.Names)
        {
            var won = GridComparison.BetterInBoth(tallies, rule).Select(a => a.Cell).Distinct().Count();
            context.Console.WriteLine($"Another system violates less and completes sooner than {rule} in {won} of {tallies.Count(t => t.Tally.Rule == rule)} cells, counted without a test of significance.");
        }
    }

    private static string[] Cells(ILookup<string, GridTally> cells, string rule, double confidence)
    {
        var tally = new RuleTally(rule, double.PositiveInfinity, confidence);
        foreach (var cell in cells[rule].Where(t => t.Cell.Confidence == confidence))
        {
            tally.Merge(cell.Tally);
        }

        var report = tally.Report();
        var informed = cells[RuleNames.Informed].Where(t => t.Cell.Confidence == confidence).Sum(t => t.Tally.Report().Commits);
        return
        [
            RuleTable.Percent(confidence),
            report.Commits.ToString(CultureInfo.InvariantCulture),
            report.Commits > 0 ? $"{report.Violations} ({RuleTable.Percent((double)report.Violations / report.Commits)})" : "-",
            report.Commits > 0
                ? $"{RuleTable.Percent(BinomialLimits.LowerLimit(report.Violations, report.Commits, IntervalError / 2))}..{RuleTable.Percent(BinomialLimits.UpperLimit(report.Violations, report.Commits, IntervalError / 2))}"
                : "-",
            RuleTable.Percent(informed > 0 ? (double)report.Commits / informed : null),
            RuleTable.Percent(report.OracleCommits > 0 ? (double)report.Commits / report.OracleCommits : null),
            report.CompletionRatioP50 is { } ratio ? ratio.ToString("0.000", CultureInfo.InvariantCulture) : "-",
            RuleTable.Percent(report.Coverage),
            RuleTable.Percent(report.UnboundedShare),
        ];
    }
}
