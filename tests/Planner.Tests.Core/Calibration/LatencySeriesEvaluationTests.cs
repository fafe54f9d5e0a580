using Planner.Estimators;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Calibration;

public sealed class LatencySeriesEvaluationTests
{
    [Fact]
    public void Misses_unbounded_steps_and_mean_are_counted_after_the_warm_up()
    {
        // 500 of warm-up, then 400 steps against a bound of 1: 4 misses, of which 3 within 200 steps.
        var seconds = Enumerable.Repeat(2.0, 500).Concat(Enumerable.Range(0, 400).Select(i => i is 10 or 150 or 209 or 399 ? 1.5 : 0.5)).ToList();

        var report = LatencySeriesEvaluation.Evaluate("a", seconds, 0.99, new Fixed(step => step < 600 ? (1, true) : (1, false)));

        Assert.Equal("a", report.Series);
        Assert.Equal(900, report.Samples);
        Assert.Equal(0.99, report.Level);
        Assert.Equal(0.01, report.MissRate);
        Assert.Equal(0.015, report.WorstBlockMissRate);
        Assert.Equal(0.25, report.UnboundedShare);
        Assert.Equal(1, report.MeanBoundSeconds);
    }

    [Fact]
    public void A_step_without_bound_is_unbounded_no_miss_and_not_in_the_mean()
    {
        var report = LatencySeriesEvaluation.Evaluate("a", [.. Enumerable.Repeat(2.0, 700)], 0.99, new Fixed(step => (step < 600 ? double.NaN : 3, false)));

        Assert.Equal(0, report.MissRate);
        Assert.Equal(0.5, report.UnboundedShare);
        Assert.Equal(3, report.MeanBoundSeconds);
    }

    [Fact]
    public void A_series_that_is_too_short_has_no_figures()
    {
        var report = LatencySeriesEvaluation.Evaluate("a", [.. Enumerable.Repeat(2.0, 500)], 0.99);

        Assert.Equal(500, report.Samples);
        Assert.Null(report.MissRate);
        Assert.Null(report.WorstBlockMissRate);
        Assert.Null(report.UnboundedShare);
        Assert.Null(report.MeanBoundSeconds);
    }

    private sealed class Fixed(Func<int, (double Bound, bool IsClipped)> at) : IScoreBound
    {
        public int Count { get; private set; }

        public bool IsRecalibrating => false;

        public double ScoreBound(double allowedMisses) => at(Count).Bound;

        public bool IsClipped(double allowedMisses) => at(Count).IsClipped;

        public void Update(double score) => Count++;
    }
}
