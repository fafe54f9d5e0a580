using MathNet.Numerics.Distributions;

namespace Planner.Estimators;

/// <summary>An upper bound of the next score that keeps its share of misses while the series drifts, steps and spikes, and stays finite.</summary>
/// <remarks>
/// Four parts, all on logarithms of scores:
/// the level is the median of the latest scores; each score is kept as its distance from the level that was predicted for it, so that the
/// scale follows the level; the bound is the level plus an upper quantile of the latest distances (<see cref="UpperTail"/>), at a level that
/// <see cref="MissFeedback"/> steers by the misses; and a <see cref="DriftMartingale"/> on the distances notices a rise of the level after two
/// or three scores. Then the level is taken from the scores since the change alone, the distances of these, which measured the step and not
/// the scatter, are withdrawn, and until the level's window is full again the bound is widened and says <see cref="IsRecalibrating"/>.
/// For independent scores of one distribution nothing of this acts but the noise of the feedback: the bound is the split-conformal one within about 1 %
/// of width for light tails (6 to 9 % for a Pareto tail of index 3). Their distances share levels and so are only nearly exchangeable: the
/// probability of a false alarm holds for them by measurement. For any series the share of misses is bounded from above as
/// <see cref="MissFeedback"/> states.
/// An update costs two or three insertions into sorted arrays and allocates nothing.
/// </remarks>
public sealed class AdaptiveConformal : IScoreBound
{
    /// <summary>Keeps the rounding of exp(ln(score)) from turning equality into a miss.</summary>
    private const double RoundedUp = 1 + 1e-12;

    /// <summary>More than half of the scores are never let above the bound, however calm they are: it would be no upper bound.</summary>
    private const double LargestShare = 0.5;

    /// <summary>ln 1e30. The tail of wild scores after many misses in a row would leave the range of numbers.</summary>
    private const double LargestLogBound = 69;

    /// <summary>The distance of a score that was cut off: larger than any that was seen to its end.</summary>
    internal const double CutOff = 1e6;

    private readonly AdaptiveConformalOptions _options;
    private readonly int _need;
    private readonly double _levelDeviations;
    private readonly SampleWindow _level;
    private readonly SampleWindow _distances;
    private readonly MissFeedback _feedback;
    private readonly DriftMartingale _drift;
    private int _scoresSinceAlarm = int.MaxValue;

    /// <summary>Starts without scores.</summary>
    /// <param name="options">What it aims at.</param>
    public AdaptiveConformal(AdaptiveConformalOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.AllowedMisses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AllowedMisses, 0.5);
        _need = ScoreTable.RequiredScores(options.AllowedMisses);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Window, _need);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Window, AdaptiveConformalOptions.LongestWindow);
        _options = options;
        _level = new SampleWindow(options.LevelWindow);
        _distances = new SampleWindow(options.Window);
        _feedback = new MissFeedback(options);
        _drift = new DriftMartingale(options.FalseAlarm);
        _levelDeviations = Normal.InvCDF(0, 1, 1 - (options.AllowedMisses / 2));
    }

    /// <inheritdoc/>
    public int Count => _distances.Count;

    /// <inheritdoc/>
    public bool IsRecalibrating => _scoresSinceAlarm < _options.LevelWindow;

    /// <summary>How many more scores it takes until the bound is no longer wider for a change; 0 if it is not.</summary>
    public int ScoresUntilCalibrated => Math.Max(0, _options.LevelWindow - _scoresSinceAlarm);

    /// <summary>The logarithm of the level: the median of the latest scores, since the latest change. NaN without scores.</summary>
    internal double LogLevel => _level.Median;

    /// <summary>The logarithms of the latest scores over the levels predicted for them, in ascending order; valid until the next update.</summary>
    internal ReadOnlySpan<double> Distances => _distances.Sorted;

    /// <inheritdoc/>
    /// <remarks>The correction that was learned at the share of misses this bound aims at is applied to other shares as well.</remarks>
    public double ScoreBound(double allowedMisses)
    {
        if (_distances.Count < ScoreTable.RequiredScores(allowedMisses))
        {
            return double.NaN;
        }

        var logBound = LogBound(allowedMisses);
        return logBound == CutOff ? double.NaN : Math.Exp(logBound) * RoundedUp;
    }

    /// <summary>What is subtracted from the logarithm of the share of misses asked for: what feedback has learned.</summary>
    internal double Correction(double allowedMisses) => Math.Max(_feedback.Correction, Math.Log(allowedMisses / LargestShare));

    /// <summary>By how much the level may be too low after a change, as a logarithm: at least 0, and 0 once its window is full again.</summary>
    /// <remarks>The median of m scores is below their quantile at p with probability I(p; (m + 1)/2, (m + 1)/2), the distribution function of a Beta variable, since an order
    /// statistic of uniform numbers is one. So by as much as the scatter's quantile at p, where that probability is half of what is allowed, lies below its median. The p is that of the normal
    /// distribution with the Beta's variance 1/(4 (m + 2)), which is lower where m is small.</remarks>
    internal double LevelMargin
    {
        get
        {
            var sorted = _distances.Sorted;
            if (!IsRecalibrating || _level.Count >= _options.LevelWindow || sorted.Length == 0)
            {
                return 0;
            }

            var low = Math.Max(_options.AllowedMisses / 2, 0.5 - (_levelDeviations / (2 * Math.Sqrt(_level.Count + 2))));
            return sorted[sorted.Length / 2] - sorted[(int)(low * sorted.Length)];
        }
    }

    /// <inheritdoc/>
    public bool IsClipped(double allowedMisses) => false;

    /// <inheritdoc/>
    public void Update(double score)
    {
        if (!(score > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(score), score, "must be positive");
        }

        var isCutOff = double.IsPositiveInfinity(score);
        var logScore = Math.Log(score);
        if (_distances.Count >= _need)
        {
            _feedback.Update(isCutOff || IsMiss(score, logScore));
        }

        var distance = isCutOff ? CutOff : _level.Count > 0 ? logScore - _level.Median : 0;
        _distances.Add(distance);
        if (_scoresSinceAlarm < int.MaxValue)
        {
            _scoresSinceAlarm++;
        }

        if (isCutOff)
        {
            // How long it would have been says nothing about the level.
            return;
        }

        _level.Add(logScore);
        if (_drift.Update(distance))
        {
            Recalibrate();
        }
    }

    /// <summary>The logarithm of the bound; <see cref="CutOff"/> where scores that were cut off lie at the rank that is asked for.</summary>
    private double LogBound(double allowedMisses)
    {
        var quantile = UpperTail.Quantile(_distances.Sorted, allowedMisses, Correction(allowedMisses), UpperTail.CountFrom(_distances.Sorted, CutOff));
        return quantile == CutOff ? CutOff : Math.Min(_level.Median + LevelMargin + quantile, LargestLogBound);
    }

    /// <summary>Whether a score exceeds the bound as it is stated, at the price of an exponential only where the logarithms are too near to tell.</summary>
    private bool IsMiss(double score, double logScore)
    {
        var logBound = LogBound(_options.AllowedMisses);
        return Math.Abs(logScore - logBound) < 1e-6 ? score > Math.Exp(logBound) * RoundedUp : logScore > logBound;
    }

    private void Recalibrate()
    {
        // A change that began longer ago is one that the median follows by itself.
        var changed = Math.Clamp(_drift.ScoresSinceChange, 1, _options.LevelWindow / 2);
        _level.DropOldest(_level.Count - changed);
        var withdrawn = Math.Clamp(_distances.Count - _need, 0, changed);
        var cutOff = Enumerable.Range(_distances.Count - withdrawn, withdrawn).Count(i => _distances.Arrival(i) == CutOff);
        _distances.DropLatest(withdrawn);
        for (var i = 0; i < cutOff; i++)
        {
            // A step of the level does not explain them.
            _distances.Add(CutOff);
        }

        // Nor are the misses of a step any of the scatter's.
        _feedback.ForgetBurst();
        _drift.Restart(changed);
        _scoresSinceAlarm = 0;
    }
}
