namespace Planner.Estimators;

/// <summary>Upper quantiles of sorted values, also beyond the largest of them.</summary>
internal static class UpperTail
{
    /// <summary>Exceedances from which the steepness of the tail is taken, as a share of all values. Peaks-over-threshold practice is 5 to 10 %.</summary>
    private const double TailShare = 0.05;

    /// <summary>The largest of 500 values says little and stays in the window for long, so order statistics are trusted up to the second.</summary>
    private const int LastTrustedRank = 2;

    /// <summary>A quantile of the next value.</summary>
    /// <param name="sorted">Values in ascending order; at least one.</param>
    /// <param name="allowed">The share a of the next values allowed above it, before correction; in (0, 1), at least 1/(n + 1).</param>
    /// <param name="correction">What is subtracted from ln a; any number.</param>
    /// <param name="cutOff">How many of the largest values are only known to be larger than the others; at least 0.</param>
    /// <remarks>
    /// Within the values: the split-conformal order statistic ceil((n + 1)(1 - a)), exact for exchangeable values. Beyond them: an exponential tail whose
    /// scale is the mean excess of the largest values over the next one. For logarithms of scores that is a Pareto tail with Hill's
    /// estimator (Hill, Annals of Statistics 1975). Only a correction above 0 leads into it, and none where values are cut off: what lies beyond the
    /// others is then the largest of these.
    /// </remarks>
    public static double Quantile(ReadOnlySpan<double> sorted, double allowed, double correction, int cutOff = 0)
    {
        var n = sorted.Length;
        var logExpected = Math.Log((n + 1) * allowed) - correction;
        var lastRank = LastRank(n, allowed);
        if (cutOff > 0 && logExpected < Math.Log(cutOff + 1) - 1e-9)
        {
            return sorted[^1];
        }

        if (logExpected >= Math.Log(lastRank) - 1e-9)
        {
            var above = (int)Math.Floor(Math.Exp(Math.Min(logExpected, Math.Log(n))) + 1e-9);
            return sorted[n - above];
        }

        return sorted[n - lastRank] + MeanExcess(sorted) * (Math.Log(lastRank) - logExpected);
    }

    /// <summary>The share whose quantile is a value: the inverse of <see cref="Quantile"/>, with the correction in it.</summary>
    /// <param name="sorted">Values in ascending order; at least one.</param>
    /// <param name="allowed">The share a that the correction belongs to.</param>
    /// <param name="correction">What is subtracted from ln a.</param>
    /// <param name="meanExcess">The <see cref="MeanExcess"/> of the values.</param>
    /// <param name="value">The value.</param>
    /// <param name="above">How many of the values are above it.</param>
    /// <param name="cutOff">How many of them are cut off.</param>
    /// <returns>A share that never grows with the value; it may exceed 1.</returns>
    public static double Share(ReadOnlySpan<double> sorted, double allowed, double correction, double meanExcess, double value, int above, int cutOff = 0)
    {
        var n = sorted.Length;
        var lastRank = LastRank(n, allowed);
        if (above >= lastRank || cutOff > 0)
        {
            return (above + 1) * Math.Exp(correction) / (n + 1);
        }

        var beyond = value - sorted[n - lastRank];
        return lastRank * Math.Exp(correction - (beyond > 0 ? beyond / meanExcess : 0)) / (n + 1);
    }

    /// <summary>By how much the largest 5 % exceed the next one on average: the scale of the tail. At least 0.</summary>
    public static double MeanExcess(ReadOnlySpan<double> sorted)
    {
        var exceedances = Math.Max(1, (int)(TailShare * sorted.Length));
        if (exceedances == sorted.Length)
        {
            return 0;
        }

        var threshold = sorted[^(exceedances + 1)];
        var sum = 0.0;
        foreach (var value in sorted[^exceedances..])
        {
            sum += value - threshold;
        }

        return sum / exceedances;
    }

    /// <summary>How many values are at least a threshold.</summary>
    public static int CountFrom(ReadOnlySpan<double> sorted, double threshold)
    {
        var count = 0;
        while (count < sorted.Length && sorted[sorted.Length - 1 - count] >= threshold)
        {
            count++;
        }

        return count;
    }

    private static int LastRank(int n, double allowed) => Math.Clamp((int)((n + 1) * allowed + 1e-9), 1, LastTrustedRank);
}
