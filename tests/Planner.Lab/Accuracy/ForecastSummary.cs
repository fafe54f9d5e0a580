using System.Globalization;
using System.Text;

namespace Planner.Lab;

/// <summary>Puts the outcomes of a study into a table.</summary>
public static class ForecastSummary
{
    /// <summary>One row a cell, and one for all.</summary>
    public static string Of(IReadOnlyList<ForecastOutcome> outcomes)
    {
        var text = new StringBuilder("| cell | migrations | blackout p50 | largest | error p50 | error p90 | over the bound | against the guest's clock |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var cell in outcomes.GroupBy(o => o.Cell))
        {
            Row(text, cell.Key, [.. cell]);
        }

        Row(text, "all", outcomes);
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, IReadOnlyList<ForecastOutcome> outcomes)
    {
        var done = outcomes.Where(o => o.ActualSeconds > 0 && !double.IsNaN(o.PredictedSeconds)).ToList();
        if (done.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | 0 of {outcomes.Count} | | | | | | |\n");
            return;
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {done.Count} of {outcomes.Count} | {Quantile(done.Select(o => o.ActualSeconds), 0.5) * 1e3:F1} ms | {done.Max(o => o.ActualSeconds) * 1e3:F1} ms | {Quantile(done.Select(o => o.ErrorSeconds), 0.5) * 1e3:F1} ms | {Quantile(done.Select(o => o.ErrorSeconds), 0.9) * 1e3:F1} ms | {done.Count(o => o.ActualSeconds > o.BoundSeconds)} | {Quantile(done.Select(o => Math.Abs(o.GuestSeconds - o.ActualSeconds)), 0.5) * 1e3:F1} ms |\n");
    }

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }
}
