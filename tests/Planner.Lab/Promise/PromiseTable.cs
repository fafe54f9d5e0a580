using System.Globalization;
using System.Text;

namespace Planner.Lab;

/// <summary>Puts the outcomes of a study of the promise into a table.</summary>
public static class PromiseTable
{
    private const int First = 50;

    /// <summary>A row each for all, the two halves, and the first fifty of each half.</summary>
    /// <param name="outcomes">In the order in which they happened.</param>
    public static string Of(IReadOnlyList<PromiseOutcome> outcomes)
    {
        var quiet = outcomes.Where(o => !o.IsBusy).ToList();
        var busy = outcomes.Where(o => o.IsBusy).ToList();
        var text = new StringBuilder("| migrations | committed | over the bound | over the limit | paused p50 | paused largest | bound p50 |\n|---|---|---|---|---|---|---|\n");
        Row(text, "all", outcomes);
        Row(text, "without other work", quiet);
        Row(text, $"the first {First} of them", [.. quiet.Take(First)]);
        Row(text, "beside other work", busy);
        Row(text, $"the first {First} of them", [.. busy.Take(First)]);
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, IReadOnlyList<PromiseOutcome> outcomes)
    {
        var committed = outcomes.Where(o => o.IsCommitted).ToList();
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {name}: {outcomes.Count} | {committed.Count} | {Share(committed, o => o.IsOverBound)} | {Share(committed, o => o.IsOverLimit)} | {Milliseconds(committed, o => o.PausedSeconds, 0.5)} | {Milliseconds(committed, o => o.PausedSeconds, 1)} | {Milliseconds(committed, o => o.BoundSeconds, 0.5)} |\n");
    }

    private static string Share(List<PromiseOutcome> outcomes, Func<PromiseOutcome, bool> isBad) =>
        outcomes.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{outcomes.Count(isBad)} ({100.0 * outcomes.Count(isBad) / outcomes.Count:F1} %)");

    private static string Milliseconds(List<PromiseOutcome> outcomes, Func<PromiseOutcome, double?> value, double share)
    {
        double[] sorted = [.. outcomes.Select(value).OfType<double>().Order()];
        return sorted.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)] * 1e3:F1} ms");
    }
}
