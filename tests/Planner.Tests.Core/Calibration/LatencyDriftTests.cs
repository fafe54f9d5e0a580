using Planner.Estimators;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Calibration;

/// <summary>What the bound reaches on recorded series, at 99 % after 500 samples.</summary>
public sealed class LatencyDriftTests
{
    private const double Level = 0.99;

    public static TheoryData<string> Names => [.. DriftFixtures.All.Select(s => s.Name)];

    [Fact]
    public void There_are_eighteen_series() => Assert.Equal(18, DriftFixtures.All.Count);

    [Fact]
    public void Plain_adaptive_conformal_shows_the_published_weaknesses()
    {
        var reports = DriftFixtures.All.Select(s => Plain(s.Name, s.Seconds)).ToList();

        Assert.Equal(0.0084, reports.Min(r => r.MissRate!.Value), 4);
        Assert.Equal(0.0107, reports.Max(r => r.MissRate!.Value), 4);
        Assert.Equal(0.045, reports.Max(r => r.WorstBlockMissRate!.Value), 4);
        Assert.Equal(0.702, reports.Max(r => r.UnboundedShare!.Value), 3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bound_holds_on_every_recorded_series(string name) => Holds(name, Series(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bound_holds_on_every_series_run_backwards(string name) => Holds(name, [.. Series(name).Reverse()]);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bound_holds_on_every_series_with_four_times_the_relative_changes(string name)
    {
        var seconds = Series(name);
        Holds(name, [.. seconds.Select(s => seconds[0] * Math.Pow(s / seconds[0], 4))]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bound_holds_on_every_series_that_a_third_has_gone_before(string name)
    {
        var seconds = Series(name);
        Holds(name, [.. seconds.Skip(seconds.Count / 3)]);
    }

    [Fact]
    public void Figures_over_all_series_are_those_of_the_documentation()
    {
        var ours = DriftFixtures.All.Select(s => LatencySeriesEvaluation.Evaluate(s.Name, s.Seconds, Level)).ToList();
        var plain = DriftFixtures.All.Select(s => Plain(s.Name, s.Seconds)).ToList();
        var widths = ours.Zip(plain, (o, p) => o.MeanBoundSeconds!.Value / p.MeanBoundSeconds!.Value).ToList();

        Assert.Equal(0.00882, ours.Min(r => r.MissRate!.Value), 5);
        Assert.Equal(0.01229, ours.Max(r => r.MissRate!.Value), 5);
        Assert.Equal(0.03, ours.Max(r => r.WorstBlockMissRate!.Value), 5);
        Assert.Equal(0, ours.Max(r => r.UnboundedShare!.Value), 5);
        Assert.Equal(0.9808, widths.Min(), 4);
        Assert.Equal(1.0032, widths.Max(), 4);
    }

    private static IReadOnlyList<double> Series(string name) => DriftFixtures.All.Single(s => s.Name == name).Seconds;

    private static LatencySeriesReport Plain(string name, IReadOnlyList<double> seconds) =>
        LatencySeriesEvaluation.Evaluate(name, seconds, Level, new PlainAdaptiveConformal(1 - Level));

    private static void Holds(string name, IReadOnlyList<double> seconds)
    {
        var report = LatencySeriesEvaluation.Evaluate(name, seconds, Level);

        Assert.InRange(report.MissRate!.Value, 0.005, 0.015);
        Assert.InRange(report.WorstBlockMissRate!.Value, 0, 0.04);
        Assert.InRange(report.UnboundedShare!.Value, 0, 0.05);
        Assert.InRange(report.MeanBoundSeconds!.Value / Plain(name, seconds).MeanBoundSeconds!.Value, 0, 1.02);
    }
}
