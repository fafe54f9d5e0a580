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

    private readonly double[] _sorted;
    private readonly double[] _missLimits;

    internal ScoreTable(ReadOnlySpan<double> sorted, double allowedMisses, double median, double[] missLimits)
    {
        _sorted = sorted.ToArray();
        _missLimits = missLimits;
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
    /// <remarks>Clopper-Pearson, with the count of misses rounded up to the next of 0, 1, 2, 3, 4, 6, 8, 12, 16 and so on: the limits of
    /// these are prepared.</remarks>
    public double MissProbability(double threshold)
    {
        var misses = _sorted.Length - SortedSamples.CountAtMost(_sorted, threshold);
        var i = 0;
        while (i < _missLimits.Length && PreparedCount(i) < misses)
        {
            i++;
        }

        return i < _missLimits.Length ? _missLimits[i] : 1;
    }

    internal static double[] PrepareMissLimits(int trials)
    {
        var limits = new List<double>();
        for (var i = 0; PreparedCount(i) < trials; i++)
        {
            limits.Add(BinomialLimits.UpperLimit(PreparedCount(i), trials, LimitError));
        }

        return [.. limits];
    }

    private static int PreparedCount(int index) =>
        index < 5 ? index : (index % 2 == 1 ? 3 : 4) << ((index - 3) / 2);
}
