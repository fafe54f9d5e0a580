namespace Planner.Estimators;

/// <summary>The scores actual / predicted of past blackouts of one class, in their order, and what they say about the next one.</summary>
/// <remarks>
/// One score a migration, taken at the moment that the rule committed at: the bound is calibrated on what the rule picks, not on moments that
/// it may pick from. The same scores in the same order always give the same tables: whoever keeps the scores can compute every bound again.
/// Not for use by several threads at once; the tables are immutable.
/// </remarks>
public sealed class BlackoutScores
{
    /// <summary>How many scores may come before those that were there in the beginning, or <see cref="SampleWindow.DefaultCapacity"/> if these are
    /// more, begin to be forgotten. Whoever keeps the scores starts again with the latest of them by then.</summary>
    public const int Spare = 500;

    // A share of misses above this asks for less than the median: there is nothing to calibrate.
    private const double LargestCalibratedShare = 0.5;

    // Logarithms are taken.
    private const double LeastScore = 1e-9;
    internal const double LargestScore = 1e18;

    /// <summary>How a score that was cut off is kept.</summary>
    internal const double CutOff = double.MaxValue;

    private const int CalibratedWindow = 2000;

    private SampleWindow _scores;
    private AdaptiveConformal? _calibration;
    private double _calibratedMisses;
    private ScoreTable? _table;

    /// <summary>Starts with past scores, oldest first.</summary>
    /// <param name="scores">Scores, as in <see cref="Add"/>.</param>
    public BlackoutScores(IReadOnlyCollection<double> scores) => _scores = Window(scores);

    /// <summary>How the bound of decisions follows.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 0.5].</param>
    /// <remarks>Steadier than the defaults. Every unrest of the bound is paid for in moments that would have fitted and are not taken: over log-normal scores
    /// of one distribution the bound varies by 7 % this way and by 13 % with the defaults. Steps are the alarm's work either way; what is slower is
    /// the answer to a changed scatter.</remarks>
    public static AdaptiveConformalOptions Options(double allowedMisses)
    {
        var options = new AdaptiveConformalOptions(allowedMisses);
        return options with { Window = Math.Max(options.Window, CalibratedWindow), LevelWindow = 101, IntegralGain = 0.1, BurstGain = 0.3 };
    }

    /// <summary>Adds the score of the newest blackout.</summary>
    /// <param name="score">Actual / predicted; above 0. Infinity for a switchover that was cut off before its end: it ranks above all others.</param>
    public void Add(double score)
    {
        _scores.Add(Kept(score));
        _calibration?.Update(Told(Kept(score)));
        _table = null;
    }

    /// <summary>Forgets everything and starts with other scores, oldest first.</summary>
    /// <param name="scores">Scores, as in <see cref="Add"/>.</param>
    public void StartAgain(IReadOnlyCollection<double> scores)
    {
        _scores = Window(scores);
        _calibration = null;
        _table = null;
    }

    /// <summary>Makes the scores ready for decisions.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1). Another one than the last time costs telling all scores again.</param>
    public ScoreTable Build(double allowedMisses)
    {
        if (_calibratedMisses != allowedMisses)
        {
            _calibratedMisses = allowedMisses;
            _calibration = null;
            _table = null;
        }

        return _table ??= allowedMisses > LargestCalibratedShare || _scores.Count < ScoreTable.RequiredScores(allowedMisses)
            ? new ScoreTable(_scores.Sorted, allowedMisses, _scores.Median)
            : new ScoreTable(_calibration ??= Calibrate(allowedMisses), allowedMisses, _scores.Count, LargestSeen);
    }

    /// <summary>How many more scores, none larger than the largest so far, support a bound of at most a threshold, where there are too few for any now.</summary>
    /// <param name="threshold">The largest bound that is of use.</param>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1).</param>
    /// <returns>Null if there is no such number, or if more scores would be needed than the planner keeps. Without scores the largest is taken as 1.</returns>
    public int? MoreScoresFor(double threshold, double allowedMisses)
    {
        var missing = ScoreTable.RequiredBeside(UpperTail.CountFrom(_scores.Sorted, CutOff), allowedMisses) - _scores.Count;
        var worst = double.IsNaN(LargestSeen) ? 1 : LargestSeen;
        if (missing > SampleWindow.DefaultCapacity || worst > threshold)
        {
            return null;
        }

        if (allowedMisses > LargestCalibratedShare)
        {
            return missing;
        }

        // Those scores may look like a change for the worse; then it takes until that is settled.
        var calibration = Calibrate(allowedMisses);
        var more = missing + Options(allowedMisses).LevelWindow;
        for (var i = 1; i <= more; i++)
        {
            calibration.Update(Math.Max(LeastScore, worst));
            if (i >= missing && calibration.ScoreBound(allowedMisses) <= threshold)
            {
                return i;
            }
        }

        return null;
    }

    private static SampleWindow Window(IReadOnlyCollection<double> scores)
    {
        var window = new SampleWindow(Math.Max(SampleWindow.DefaultCapacity, scores.Count) + Spare);
        foreach (var score in scores)
        {
            window.Add(Kept(score));
        }

        return window;
    }

    /// <summary>The largest score of a switchover that came to its end; NaN if none did.</summary>
    private double LargestSeen => UpperTail.CountFrom(_scores.Sorted, CutOff) is var cutOff && cutOff < _scores.Count ? _scores.Sorted[^(cutOff + 1)] : double.NaN;

    internal static double Kept(double score) => double.IsPositiveInfinity(score) ? CutOff : double.IsNaN(score) ? LargestScore : Math.Clamp(score, 0, LargestScore);

    private static double Told(double kept) => kept == CutOff ? double.PositiveInfinity : Math.Max(LeastScore, kept);

    private AdaptiveConformal Calibrate(double allowedMisses)
    {
        var calibration = new AdaptiveConformal(Options(allowedMisses));
        for (var i = 0; i < _scores.Count; i++)
        {
            calibration.Update(Told(_scores.Arrival(i)));
        }

        return calibration;
    }
}
