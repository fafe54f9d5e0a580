using MathNet.Numerics.Distributions;

namespace Planner.Estimators;

/// <summary>Past scores actual / predicted, made ready for one level of allowed misses. Immutable.</summary>
/// <remarks>
/// The bound is that of <see cref="AdaptiveConformal"/>, to which the scores were told in their order: totals of different migrations are not
/// exchangeable, scores nearly are, and what they drift the bound follows. Where more than half of the blackouts may miss it is plain
/// split conformal prediction: the next of n exchangeable scores exceeds their ceil((n + 1)(1 - a))-th smallest with probability at most a
/// (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World).
/// </remarks>
public sealed record ScoreTable
{
    private const double LimitError = 0.05;

    private static readonly (int Misses, double Expected)[] Limits = PrepareLimits();

    private readonly double[] _sorted;
    private readonly double _allowedMisses;
    private readonly bool _isCalibrated;
    private readonly double _logLevel;
    private readonly double _levelMargin;
    private readonly double _correction;
    private readonly double _meanExcess;
    private readonly int _cutOff;
    private readonly double _bound;

    /// <summary>Scores by themselves: too few for a bound, or so many allowed misses that nothing is calibrated.</summary>
    internal ScoreTable(ReadOnlySpan<double> sorted, double allowedMisses, double median)
    {
        _sorted = sorted.ToArray();
        _allowedMisses = allowedMisses;
        Count = sorted.Length;
        _cutOff = UpperTail.CountFrom(sorted, BlackoutScores.CutOff);
        Largest = _cutOff < sorted.Length ? sorted[^(_cutOff + 1)] : double.NaN;
        Median = median <= BlackoutScores.LargestScore ? median : double.NaN;
        Need = RequiredBeside(_cutOff, allowedMisses);
        var rank = (int)Math.Ceiling((sorted.Length + 1) * (1 - allowedMisses) - 1e-9);
        _bound = sorted.Length >= Need ? sorted[Math.Max(rank, 1) - 1] : double.NaN;
    }

    /// <summary>Scores that were told to a bound with enough of them.</summary>
    internal ScoreTable(AdaptiveConformal calibration, double allowedMisses, int count, double largest)
    {
        _sorted = calibration.Distances.ToArray();
        _allowedMisses = allowedMisses;
        _isCalibrated = true;
        _logLevel = calibration.LogLevel;
        _levelMargin = calibration.LevelMargin;
        _correction = calibration.Correction(allowedMisses);
        _meanExcess = UpperTail.MeanExcess(_sorted);
        _cutOff = UpperTail.CountFrom(_sorted, AdaptiveConformal.CutOff);
        Count = count;
        Largest = largest;

        // Scores that were missed lately lower the share that is asked for, and calm raises it: more or fewer of those that were cut off lie at its rank.
        Need = Math.Max(RequiredScores(allowedMisses), RequiredBeside(_cutOff, allowedMisses * Math.Exp(_cutOff == 0 ? 0 : -_correction)));
        _bound = calibration.ScoreBound(allowedMisses);
        ScoresUntilCalibrated = calibration.ScoresUntilCalibrated;

        // While scores fall, the median of the latest is behind them, and the bound already below it.
        Median = double.IsNaN(_bound) ? Math.Exp(_logLevel) : Math.Min(Math.Exp(_logLevel), _bound);
    }

    /// <summary>Scores of like machines, for one that has too few of its own: one of each group, and the new one is a draw among groups.</summary>
    /// <param name="oneOfEach">For each group its score after as many of its own as the new one has had; each at least 0.</param>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    /// <remarks>
    /// Members of a group are alike and groups differ, so members of all groups are not exchangeable with one of a new group, and a bound from all of them is
    /// exceeded by as much as groups differ. Groups are exchangeable, and then so are the scores that have the same place in the order of each: of K of them and the
    /// new one, the new one exceeds their ceil((K + 1)(1 - a))-th smallest with probability at most a. It takes K >= 1/a - 1 groups. (Dunn, Wasserman and Ramdas,
    /// Distribution-free prediction sets for two-layer hierarchical models, 2023, single subsampling; Lee, Barber and Willett, Distribution-free inference with
    /// hierarchical data, 2023.) The place in the order is the same because a prediction gets better with what is known of the machine itself.
    /// The probability is over groups: one that always misses, among many that never do, is allowed by it.
    /// </remarks>
    public static ScoreTable OfGroups(IEnumerable<double> oneOfEach, double allowedMisses)
    {
        double[] sorted = [.. oneOfEach.Select(BlackoutScores.Kept).Order()];
        return new ScoreTable(sorted, allowedMisses, SortedSamples.Median(sorted)) { IsOfGroups = true };
    }

    /// <summary>Whether each score is of another group of like machines, so that the bound is as wide as these differ.</summary>
    public bool IsOfGroups { get; private init; }

    /// <summary>By what factor the bound is wider than the scores make it, since what comes may be unlike them; at least 1.</summary>
    public double Widening { get; init; } = 1;

    /// <summary>The number of scores.</summary>
    public int Count { get; }

    /// <summary>The number of scores that a bound needs; more where some of them were cut off.</summary>
    public int Need { get; }

    /// <summary>The score that at most the allowed share of the next ones exceed; NaN if there are too few.</summary>
    public double Bound => _bound * Widening;

    /// <summary>The median score: of the latest ones where there are enough for a bound, else of all. NaN without scores.</summary>
    public double Median { get; }

    /// <summary>How many of the scores were cut off before their end, and rank above all others.</summary>
    public int CutOff => _cutOff;

    /// <summary>The largest score that was seen to its end; NaN without any.</summary>
    public double Largest { get; }

    /// <summary>Whether there are enough scores for a bound.</summary>
    public bool IsSupported => !double.IsNaN(Bound);

    /// <summary>Whether scores have risen lately by more than chance explains, so that the bound rests on few of them and is wider for it.</summary>
    public bool IsRecalibrating => ScoresUntilCalibrated > 0;

    /// <summary>How many more scores it takes until the bound is no longer wider for a change; 0 if it is not.</summary>
    public int ScoresUntilCalibrated { get; }

    /// <summary>The fewest scores that support a bound: 1/a - 1.</summary>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    public static int RequiredScores(double allowedMisses) => RequiredBeside(0, allowedMisses);

    /// <summary>The same where some scores were cut off: (c + 1)/a - 1, so that the rank ceil((n + 1)(1 - a)) is one that was seen to its end.</summary>
    /// <param name="cutOff">How many scores c were cut off; at least 0.</param>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    internal static int RequiredBeside(int cutOff, double allowedMisses) =>
        (int)Math.Max(1, Math.Min(int.MaxValue, Math.Ceiling((cutOff + 1) / allowedMisses - 1 - 1e-9)));

    /// <summary>The share of scores above a threshold in the long run, as an upper limit at 95 %.</summary>
    /// <remarks>
    /// Counted are the latest scores, each at its distance from the level then and put on the level of now. Without a miss among them it is
    /// Clopper and Pearson's limit. With misses it is the Poisson limit, which needs no table for every number of scores and is never below
    /// theirs: for counts this far under the mean a Poisson sum exceeds the binomial one (Anderson and Samuels, Some inequalities among
    /// binomial and Poisson probabilities, 1967). Counts are rounded up to one of a few.
    /// It is never less than the share at which the bound itself would be the threshold, feedback and recalibration included: below the
    /// bound it is always above the allowed share. At the bound and above it, it exceeds the allowed share only as far as so few
    /// scores cannot exclude that.
    /// </remarks>
    public double MissProbability(double threshold)
    {
        threshold /= Widening;
        var value = !_isCalibrated ? threshold : threshold > 0 ? Math.Log(threshold) - _logLevel - _levelMargin : double.NegativeInfinity;
        var misses = _sorted.Length - SortedSamples.CountAtMost(_sorted, value);
        var counted = UpperLimit(misses);
        if (!_isCalibrated)
        {
            return counted;
        }

        var implied = UpperTail.Share(_sorted, _allowedMisses, _correction, _meanExcess, value, misses, _cutOff);
        return Math.Min(1, Math.Max(counted, threshold >= _bound ? Math.Min(implied, _allowedMisses) : Math.Max(implied, Math.BitIncrement(_allowedMisses))));
    }

    private double UpperLimit(int misses)
    {
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
