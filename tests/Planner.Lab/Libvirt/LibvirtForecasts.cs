using System.Globalization;
using Planner.Estimators;

namespace Planner.Lab;

/// <summary>What a comparison through libvirt shows beside blackouts: how far the forecast was off, against how much the handover itself varies, and how often the bound was exceeded.</summary>
internal static class LibvirtForecasts
{
    /// <summary>A line for each cell.</summary>
    public static string Of(IReadOnlyList<ComparedMigration> migrations)
    {
        var lines = new List<string> { "| cell | forecast error p50 | handover p25 to p75 | error / spread | over the bound | told - guest's p50 |", "|---|---|---|---|---|---|" };
        foreach (var cell in migrations.Where(m => m is { Run: > 0, Rule: ComparedRule.Planner, IsCompleted: true, PredictedSeconds: not null }).GroupBy(m => m.Cell).OrderBy(g => ComparisonOrder.Cell(g.Key)))
        {
            var error = SortedSamples.Median([.. cell.Select(m => Math.Abs(m.BlackoutSeconds!.Value - m.PredictedSeconds!.Value) * 1e3).Order()]);
            double[] handover = [.. cell.Where(m => m.HandoverSeconds is not null).Select(m => m.HandoverSeconds!.Value * 1e3).Order()];
            var (low, high) = (handover[handover.Length / 4], handover[handover.Length * 3 / 4]);
            var told = SortedSamples.Median([.. cell.Where(m => m.ToldSeconds is not null).Select(m => (m.ToldSeconds!.Value - m.BlackoutSeconds!.Value) * 1e3).Order()]);
            var bounded = cell.Where(m => m.BoundSeconds is not null).ToList();
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {cell.Key} | {error:F1} ms | {low:F1} to {high:F1} ms | {error / (high - low):F2} | {bounded.Count(m => m.BlackoutSeconds > m.BoundSeconds)} of {bounded.Count} | {told:F1} ms |"));
        }

        return string.Join('\n', lines);
    }
}
