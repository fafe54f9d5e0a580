using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>How the share of missed samples of a latency series goes over time.</summary>
internal static class RollingMisses
{
    /// <summary>The share of misses among the latest <see cref="LatencySeriesEvaluation.Block"/> samples, at every step after the warm-up from
    /// the first whole block on.</summary>
    /// <param name="seconds">The latencies in order; positive and finite.</param>
    /// <param name="level">The share of samples that the bound should hold for; in (0, 1).</param>
    /// <param name="bound">The bound, without scores.</param>
    public static IReadOnlyList<double> Of(IReadOnlyList<double> seconds, double level, IScoreBound bound)
    {
        var missed = new bool[seconds.Count];
        var shares = new List<double>();
        var misses = 0;
        for (var i = 0; i < seconds.Count; i++)
        {
            if (i >= LatencySeriesEvaluation.WarmUp)
            {
                missed[i] = seconds[i] > bound.ScoreBound(1 - level);
                misses += missed[i] ? 1 : 0;
                misses -= i >= LatencySeriesEvaluation.Block && missed[i - LatencySeriesEvaluation.Block] ? 1 : 0;
                if (i >= LatencySeriesEvaluation.WarmUp + LatencySeriesEvaluation.Block - 1)
                {
                    shares.Add((double)misses / LatencySeriesEvaluation.Block);
                }
            }

            bound.Update(seconds[i]);
        }

        return shares;
    }
}
