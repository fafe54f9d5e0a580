using System.Globalization;
using System.Text;
using Planner.Estimators;
using Planner.KernelTests;

namespace Planner.Lab;

/// <summary>A study of machines as a table: a row for each machine and QEMU, and one for all machines of a QEMU.</summary>
internal static class MachineStudyTable
{
    private const double IntervalError = 0.05;

    /// <summary>The table, in Markdown. Shares over the limit are of the migrations that were committed, with their 95 % interval.</summary>
    public static string Of(IReadOnlyList<StudyResult> results)
    {
        var text = new StringBuilder(
            "| machine | QEMU | devices | arcs p50 | state p50 | limit | planner: committed | over the limit | blackout p50 | bound / blackout p50 | QEMU alone: over the limit | blackout p50 |\n"
            + "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var qemu in results.GroupBy(r => r.Qemu).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            foreach (var machine in qemu.GroupBy(r => r.Machine).OrderByDescending(g => g.Average(r => r.Fits ? 1.0 : 0)).ThenBy(g => g.Key, StringComparer.Ordinal))
            {
                var (arcs, state) = (Median(machine.Select(r => r.ArcsSeconds)) * 1e3, Median(machine.Select(r => (double)r.StateBytes)) / 1024);
                var first = machine.First();
                text.Append(CultureInfo.InvariantCulture, $"| {machine.Key} | {qemu.Key} | {first.Devices} | {arcs:F0} ms | {state:F0} KiB | {first.LimitSeconds * 1e3:F0} ms |");
                Outcomes(text, [.. machine]);
            }

            text.Append(CultureInfo.InvariantCulture, $"| **all** | {qemu.Key} | | | | |");
            Outcomes(text, [.. qemu]);
        }

        return text.ToString();
    }

    private static void Outcomes(StringBuilder text, IReadOnlyList<StudyResult> results)
    {
        List<StudyResult> planner = [.. results.Where(r => r.Rule == "planner")], alone = [.. results.Where(r => r.Rule == "qemu")];
        var ratios = planner.Where(r => r is { Committed: true, BoundSeconds: not null }).Select(r => r.BoundSeconds!.Value / r.TruthSeconds!.Value);
        text.Append(
            CultureInfo.InvariantCulture,
            $" {planner.Count(r => r.Committed)} of {planner.Count} | {Over(planner)} | {Blackout(planner)} | {Number(Median(ratios), "F2", "")} | {Over(alone)} | {Blackout(alone)} |\n");
    }

    private static string Over(IReadOnlyList<StudyResult> results)
    {
        var (over, of) = (results.Count(r => r.IsOver), results.Count(r => r.Committed));
        return of == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"{over} of {of} ({BinomialLimits.LowerLimit(over, of, IntervalError / 2) * 100:F0} to {BinomialLimits.UpperLimit(over, of, IntervalError / 2) * 100:F0} %)");
    }

    private static string Blackout(IReadOnlyList<StudyResult> results) => Number(Median(results.Where(r => r.Committed).Select(r => r.TruthSeconds!.Value)) * 1e3, "F0", " ms");

    private static string Number(double value, string format, string unit) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture) + unit;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
