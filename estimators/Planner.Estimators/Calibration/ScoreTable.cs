using MathNet.Numerics.Distributions;

namespace Planner.Estimators;

/// <summary>Past scores actual / predicted, made ready for one level of allowed misses. Immutable.</summary>
/// <remarks>
/// Split conformal prediction: if the next score is exchangeable with the n past ones, it exceeds their ceil((n + 1)(1 - a))-th smallest with
/// probability at most a (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World). Totals of different migrations are not
/// exchangeable, scores nearly are.
/// </remarks>
public sealed class ScoreTable
{
    private const double LimitError = 0.05;

    private static readonly (int Misses, double Expected)[] Limits = PrepareLimits();

    private readonly double[] _sorted;

    internal ScoreTable(ReadOnlySpan<double> sorted, double allowedMisses, double median)
    {
        _sorted = sorted.ToArray();
        Median = median;
        Need = RequiredScores(allowedMisses);
        var rank = (int)Math.Ceiling((sorted.Length + 1) * (1 - allowedMisses) - 1e-9);
        Bound = sorted.Length >= Need ? sorted[Math.Max(rank, 1) - 1] : double.NaN;
    }

    /// <summary>The number of scores.</summary>
    public int Count => _sorted.Length;

    /// <summary>The number of scores that a bound needs.</summary>
    public int Need { get; }

    /// <summary>The score that the next one exceeds with at most the allowed probability; NaN if there are too few.</summary>
    public double Bound { get; }

    /// <summary>The median score; NaN without scores.</summary>
    public double Median { get; }

    /// <summary>The largest score seen; NaN without scores.</summary>
    public double Largest => _sorted.Length > 0 ? _sorted[^1] : double.NaN;

    /// <summary>Whether there are enough scores for a bound.</summary>
    public bool IsSupported => _sorted.Length >= Need;

    /// <summary>The fewest scores that support a bound: 1/a - 1.</summary>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    public static int RequiredScores(double allowedMisses) =>
        (int)Math.Max(1, Math.Min(int.MaxValue, Math.Ceiling(1 / allowedMisses - 1 - 1e-9)));

    /// <summary>The share of scores above a threshold in the long run, as an upper limit at 95 %.</summary>
    /// <remarks>Without a miss it is Clopper and Pearson's limit. With misses it is the Poisson limit, which needs no table for every number of
    /// scores and is never below theirs: for counts this far under the mean a Poisson sum exceeds the binomial one (Anderson and Samuels,
    /// Some inequalities among binomial and Poisson probabilities, 1967). Counts are rounded up to one of a few.</remarks>
    public double MissProbability(double threshold)
    {
        var misses = _sorted.Length - SortedSamples.CountAtMost(_sorted, threshold);
        if (misses == 0)
        {
            return BinomialLimits.UpperLimit(0, _sorted.Length, LimitError);
        }

        var i = 0;
        while (i < Limits.Length - 1 && Limits[i].Misses < misses)
        {
            i++;
        }

        return Limits[i].Misses < misses ? 1 : Math.Min(1, Limits[i].Expected / _sorted.Length);
    }

    /// <summary>For some counts the largest expected count under which so few have a probability of 5 %.</summary>
    private static (int Misses, double Expected)[] PrepareLimits()
    {
        var limits = new List<(int, double)>();
        for (double misses = 1; misses < 1e5; misses = Math.Max(misses + 1, Math.Floor(misses * 1.1)))
        {
            // P(Poisson(x) <= k) = P(Gamma(k + 1) > x)
            limits.Add(((int)misses, Gamma.InvCDF(misses + 1, 1, 1 - LimitError)));
        }

        return [.. limits];
    }
}
