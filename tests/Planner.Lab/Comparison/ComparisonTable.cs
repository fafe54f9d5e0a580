using System.Globalization;
using System.Text;
using Planner.Estimators;

namespace Planner.Lab;

/// <summary>Puts compared migrations into words: a line each, and a table with intervals.</summary>
public static class ComparisonTable
{
    private const double IntervalError = 0.05;

    /// <summary>A line for a migration.</summary>
    public static string Line(ComparedMigration m) => string.Create(
        CultureInfo.InvariantCulture,
        $"{m.Run,3} {m.Cell,-12} {m.Rule,-14} {m.Outcome,-9} blackout {m.BlackoutSeconds * 1e3,6:F1} ms  guest {m.GuestBlackoutSeconds * 1e3,6:F1}  total {m.TotalSeconds,5:F1} s  load {m.LoadAverage:F1}{Planned(m)}{Throttled(m)}{(m.IsOver ? "  OVER" : "")}{(m.Reason is { } reason ? "  " + reason : "")}");

    /// <summary>A table, a row for each cell and rule, and a row for each rule over all cells that it completed in.</summary>
    /// <param name="migrations">The migrations; those for evidence are passed over.</param>
    public static string Of(IReadOnlyList<ComparedMigration> migrations)
    {
        var counted = migrations.Where(m => m.Run > 0).ToList();
        var text = new StringBuilder(
            "| cell | rule | completed | over the limit | 95 % interval | blackout p50 | p90 | largest | total p50 | of its own |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var cell in counted.GroupBy(m => m.Cell).OrderBy(g => ComparisonOrder.Cell(g.Key)))
        {
            var alone = Quantile(cell.Where(m => m.Rule is ComparedRule.Qemu or ComparedRule.Libvirt && m.IsCompleted).Select(m => m.TotalSeconds), 0.5);
            foreach (var rule in cell.GroupBy(m => m.Rule).OrderBy(g => ComparisonOrder.Rule(g.Key)))
            {
                Row(text, cell.Key, rule.Key, [.. rule], alone);
            }
        }

        foreach (var rule in counted.GroupBy(m => m.Rule).OrderBy(g => ComparisonOrder.Rule(g.Key)))
        {
            Row(text, "**all**", rule.Key, [.. rule], double.NaN);
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string cell, string rule, IReadOnlyList<ComparedMigration> migrations, double aloneSeconds)
    {
        var done = migrations.Where(m => m.IsCompleted).ToList();
        text.Append(CultureInfo.InvariantCulture, $"| {cell} | {rule} | {done.Count} of {migrations.Count} |");
        if (done.Count == 0)
        {
            text.Append(" | | | | | | |\n");
            return;
        }

        var over = done.Count(m => m.IsOver);
        var blackouts = done.Select(m => m.BlackoutSeconds!.Value * 1e3).ToList();
        var total = Quantile(done.Select(m => m.TotalSeconds), 0.5);
        var ratio = double.IsNaN(aloneSeconds) ? "" : string.Create(CultureInfo.InvariantCulture, $"{total / aloneSeconds:F2} x");
        text.Append(
            CultureInfo.InvariantCulture,
            $" {over} | {BinomialLimits.LowerLimit(over, done.Count, IntervalError / 2) * 100:F0} to {BinomialLimits.UpperLimit(over, done.Count, IntervalError / 2) * 100:F0} % | {Quantile(blackouts, 0.5):F1} ms | {Quantile(blackouts, 0.9):F1} ms | {blackouts.Max():F1} ms | {total:F1} s | {ratio} |\n");
    }

    private static string Planned(ComparedMigration m) => m.PredictedSeconds is { } predicted
        ? string.Create(CultureInfo.InvariantCulture, $"  foretold {predicted * 1e3:F1} bound {m.BoundSeconds * 1e3:F1}")
        : m.DowntimeLimitSeconds is { } limit ? string.Create(CultureInfo.InvariantCulture, $"  downtime-limit {limit * 1e3:F0}") : "";

    private static string Throttled(ComparedMigration m) => m.ThrottlePercent > 0 ? $"  throttled {m.ThrottlePercent} %" : "";

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }
}
