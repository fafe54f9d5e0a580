using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>Runs a bound over a recorded latency series: each sample is first bounded from those before it, then learned from.</summary>
public static class LatencySeriesEvaluation
{
    /// <summary>Samples that are learned from before anything is counted.</summary>
    public const int WarmUp = 500;

    /// <summary>The length of the blocks whose misses are counted.</summary>
    public const int Block = 200;

    /// <summary>Evaluates the planner's own bound.</summary>
    /// <param name="series">The name of the series.</param>
    /// <param name="seconds">The latencies in order; positive and finite.</param>
    /// <param name="level">The share of samples that the bound should hold for; in [0.5, 1).</param>
    public static LatencySeriesReport Evaluate(string series, IReadOnlyList<double> seconds, double level) =>
        Evaluate(series, seconds, level, new AdaptiveConformal(new AdaptiveConformalOptions(1 - level)));

    /// <summary>Evaluates any bound.</summary>
    /// <param name="series">The name of the series.</param>
    /// <param name="seconds">The latencies in order; positive and finite.</param>
    /// <param name="level">The share of samples that the bound should hold for; in (0, 1).</param>
    /// <param name="bound">The bound, without scores.</param>
    public static LatencySeriesReport Evaluate(string series, IReadOnlyList<double> seconds, double level, IScoreBound bound)
    {
        var tally = new Tally(Math.Max(0, seconds.Count - WarmUp));
        for (var i = 0; i < seconds.Count; i++)
        {
            if (i >= WarmUp)
            {
                tally.Add(seconds[i], bound.ScoreBound(1 - level), bound.IsClipped(1 - level));
            }

            bound.Update(seconds[i]);
        }

        return tally.Report(series, seconds.Count, level);
    }

    private sealed class Tally(int steps)
    {
        private readonly bool[] _missed = new bool[steps];
        private int _steps;
        private int _misses;
        private int _missesInBlock;
        private int _worstBlock;
        private int _unbounded;
        private int _bounds;
        private double _boundSum;

        public void Add(double seconds, double bound, bool isClipped)
        {
            if (!double.IsFinite(bound) || isClipped)
            {
                _unbounded++;
            }

            if (double.IsFinite(bound))
            {
                _bounds++;
                _boundSum += bound;
            }

            var missed = seconds > bound;
            _misses += missed ? 1 : 0;
            _missesInBlock += missed ? 1 : 0;
            if (_steps >= Block && _missed[_steps - Block])
            {
                _missesInBlock--;
            }

            _missed[_steps++] = missed;
            _worstBlock = Math.Max(_worstBlock, _missesInBlock);
        }

        public LatencySeriesReport Report(string series, int samples, double level) => new()
        {
            Series = series,
            Samples = samples,
            Level = level,
            MissRate = Share(_misses, _steps),
            WorstBlockMissRate = _steps >= Block ? Share(_worstBlock, Block) : null,
            UnboundedShare = Share(_unbounded, _steps),
            MeanBoundSeconds = _bounds > 0 ? _boundSum / _bounds : null,
        };

        private static double? Share(int count, int of) => of > 0 ? (double)count / of : null;
    }
}
