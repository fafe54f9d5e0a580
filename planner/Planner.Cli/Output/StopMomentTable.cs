using System.Globalization;
using Planner.Evaluation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>Prints how well the blackouts at QEMU's own stop are predicted, for people.</summary>
internal static class StopMomentTable
{
    public static void Print(CommandContext context, StopMomentReport report)
    {
        if (report.Moments.Count == 0)
        {
            context.Console.WriteLine("No blackout at QEMU's stop can be predicted: that takes recordings of two configurations.");
            context.Console.WriteLine();
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("blackout at QEMU's stop");
        table.AddColumn(new TableColumn("median error").RightAligned());
        table.AddColumn(new TableColumn("p90 error").RightAligned());
        table.AddRow("predicted from other configurations", DecisionTable.Seconds(report.ErrorP50Seconds), DecisionTable.Seconds(report.ErrorP90Seconds));
        table.AddRow("constant: median of the others", DecisionTable.Seconds(report.ConstantErrorP50Seconds), DecisionTable.Seconds(report.ConstantErrorP90Seconds));
        context.Console.WriteTable(table);
        var probability = report.PairedProbability is { } p ? p.ToString("0.####", CultureInfo.InvariantCulture) : "-";
        context.Console.MarkupLineInterpolated(
            $"{report.Moments.Count} blackouts; better than the constant with p = {probability}; {RuleTable.Percent(report.Coverage)} kept to their 90 % bound; at 99 % {report.InsufficientEvidence} of {report.Moments.Count} stay for too little evidence.");
        context.Console.WriteLine();
    }
}
