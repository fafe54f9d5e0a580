namespace Planner.Evaluation;

/// <summary>Quantiles of figures that are reported.</summary>
internal static class Quantiles
{
    /// <summary>The smallest value that at least this share of the values does not exceed; null without values.</summary>
    /// <param name="values">The values in any order.</param>
    /// <param name="share">The share; in (0, 1].</param>
    public static double? Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0 ? sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length - 1e-9) - 1)] : null;
    }
}
