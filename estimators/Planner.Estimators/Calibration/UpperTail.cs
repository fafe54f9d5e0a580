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
    /// <remarks>
    /// Within the values: the split-conformal order statistic ceil((n + 1)(1 - a)), exact for exchangeable values. Beyond them: an exponential tail whose
    /// scale is the mean excess of the largest values over the next one. For logarithms of scores that is a Pareto tail with Hill's
    /// estimator (Hill, Annals of Statistics 1975). Only a correction above 0 leads into it.
    /// </remarks>
    public static double Quantile(ReadOnlySpan<double> sorted, double allowed, double correction)
    {
        var n = sorted.Length;
        var logExpected = Math.Log((n + 1) * allowed) - correction;
        var lastRank = Math.Clamp((int)((n + 1) * allowed + 1e-9), 1, LastTrustedRank);
        if (logExpected >= Math.Log(lastRank) - 1e-9)
        {
            var above = (int)Math.Floor(Math.Exp(Math.Min(logExpected, Math.Log(n))) + 1e-9);
            return sorted[n - above];
        }

        return sorted[n - lastRank] + MeanExcess(sorted) * (Math.Log(lastRank) - logExpected);
    }

    private static double MeanExcess(ReadOnlySpan<double> sorted)
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
}
