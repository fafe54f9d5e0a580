using MathNet.Numerics;

namespace Planner.Estimators;

/// <summary>Distribution-free upper confidence bounds of a quantile from sorted samples.</summary>
/// <remarks>
/// The k-th smallest of n independent samples is at least the p-quantile with confidence 1 - d exactly when
/// P(Bin(n, p) &lt;= k - 1) >= 1 - d (David and Nagaraja, Order Statistics, section 7.1). The quantile is named by its tail 1 - p here, since
/// the tails are small and 1 - p loses digits.
/// </remarks>
public static class OrderStatistics
{
    /// <summary>The fewest samples whose maximum is such a bound: ceil(ln d / ln(1 - tail)).</summary>
    /// <param name="tail">The share of outcomes allowed above the quantile; in (0, 1).</param>
    /// <param name="error">The probability d that the bound fails; in (0, 1).</param>
    public static int RequiredSamples(double tail, double error)
    {
        CheckShare(tail, nameof(tail));
        CheckShare(error, nameof(error));
        return (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Log(error) / double.LogP1(-tail)));
    }

    /// <summary>The rank, from 1, of the smallest order statistic that is an upper confidence bound; 0 if no sample is high enough.</summary>
    /// <param name="samples">The number of samples; at least 0.</param>
    /// <param name="tail">The share of outcomes allowed above the quantile; in (0, 1).</param>
    /// <param name="error">The probability that the bound fails; in (0, 1).</param>
    /// <param name="hint">A rank to start the search from, such as the one for a sample less; 0 for none.</param>
    public static int UpperRank(int samples, double tail, double error, int hint = 0)
    {
        if (samples < RequiredSamples(tail, error))
        {
            return 0;
        }

        var rank = Math.Clamp(hint > 0 ? hint : NormalGuess(samples, tail), 1, samples);
        while (rank < samples && !Covers(rank))
        {
            rank++;
        }

        while (rank > 1 && Covers(rank - 1))
        {
            rank--;
        }

        return rank;

        // P(Bin(n, p) <= k - 1) = I_{1-p}(n - k + 1, k): no sum of terms that under- or overflow.
        bool Covers(int k) => SpecialFunctions.BetaRegularized(samples - k + 1, k, tail) >= 1 - error;
    }

    /// <summary>The upper confidence bound itself; NaN if there are too few samples.</summary>
    /// <param name="sorted">The samples in ascending order.</param>
    /// <param name="tail">The share of outcomes allowed above the quantile; in (0, 1).</param>
    /// <param name="error">The probability that the bound fails; in (0, 1).</param>
    public static double UpperBound(ReadOnlySpan<double> sorted, double tail, double error)
    {
        var rank = UpperRank(sorted.Length, tail, error);
        return rank > 0 ? sorted[rank - 1] : double.NaN;
    }

    private static int NormalGuess(int samples, double tail) =>
        (int)(samples * (1 - tail) + 1.6 * Math.Sqrt(samples * tail * (1 - tail)) + 1);

    private static void CheckShare(double value, string name)
    {
        if (!(value > 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "must be above 0 and below 1");
        }
    }
}
