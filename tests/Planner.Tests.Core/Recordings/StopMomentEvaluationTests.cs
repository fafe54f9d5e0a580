using Planner.Estimators;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Recordings;

public sealed class StopMomentEvaluationTests
{
    private static readonly StopMomentReport Report = StopMomentEvaluation.Evaluate(QemuFixtures.All);

    [Fact]
    public void Twenty_blackouts_are_predicted_from_the_other_configurations()
    {
        Assert.Equal(20, Report.Moments.Count);
        Assert.Equal(4, Report.Moments.Select(m => m.Configuration).Distinct().Count());
    }

    [Fact]
    public void The_prediction_is_within_3_ms_on_the_median_and_15_ms_at_p90()
    {
        Assert.InRange(Report.ErrorP50Seconds!.Value, 0, 0.003);
        Assert.InRange(Report.ErrorP90Seconds!.Value, 0, 0.015);
    }

    [Fact]
    public void It_is_better_than_the_median_of_the_others_run_by_run_but_four_configurations_cannot_tell()
    {
        Assert.True(Report.PairedProbability < 0.01, $"p = {Report.PairedProbability}");
        Assert.True(Report.PairedProbabilityOfConfigurations >= 1 / 16.0);
        Assert.True(Report.ErrorP50Seconds < Report.ConstantErrorP50Seconds);
        Assert.True(Report.ErrorP90Seconds < Report.ConstantErrorP90Seconds);
    }

    [Theory]
    [InlineData("run1")]
    [InlineData("run2")]
    [InlineData("run3")]
    [InlineData("run4")]
    [InlineData("run5")]
    public void It_is_better_than_that_with_a_fifth_of_the_runs_left_out(string left)
    {
        var report = StopMomentEvaluation.Evaluate([.. QemuFixtures.All.Where(r => !r.Name.EndsWith(left, StringComparison.Ordinal))]);

        Assert.Equal(16, report.Moments.Count);
        Assert.True(report.ErrorP50Seconds < report.ConstantErrorP50Seconds);
        Assert.True(report.ErrorP90Seconds < report.ConstantErrorP90Seconds);
    }

    [Fact]
    public void The_90_percent_bound_covers()
    {
        Assert.Equal(0, Report.UnboundedShare);
        Assert.True(Report.Coverage >= 0.9, $"coverage = {Report.Coverage}");
    }

    [Fact]
    public void Too_little_evidence_for_99_percent_is_said_and_the_verdict_is_to_stay()
    {
        Assert.Equal(20, Report.InsufficientEvidence);
        Assert.All(Report.Moments, m => Assert.StartsWith("Stay: there is no bound at 99 %", m.Reason, StringComparison.Ordinal));
        Assert.All(Report.Moments, m => Assert.Equal((15L, 99L), (m.Have, m.Need)));
    }

    [Fact]
    public void A_configuration_is_predicted_the_same_whatever_its_own_blackouts_were()
    {
        var changed = QemuFixtures.All
            .Select(r => r.Configuration == "autoconverge-16t" ? r with { Outcome = r.Outcome! with { DowntimeSeconds = 2 } } : r)
            .ToList();

        Assert.Equal(
            Report.Moments.Where(m => m.Configuration == "autoconverge-16t").Select(m => (m.PredictedSeconds, m.BoundSeconds)),
            StopMomentEvaluation.Evaluate(changed).Moments.Where(m => m.Configuration == "autoconverge-16t").Select(m => (m.PredictedSeconds, m.BoundSeconds)));
    }

    [Fact]
    public void One_configuration_alone_predicts_nothing()
    {
        var report = StopMomentEvaluation.Evaluate([.. QemuFixtures.All.Where(r => r.Configuration == "precopy-convergent")]);

        Assert.Empty(report.Moments);
        Assert.Null(report.ErrorP50Seconds);
    }

    [Fact]
    public void The_stop_phase_is_many_times_faster_than_pre_copy_and_learned_from_itself()
    {
        var transfer = StopPhases.Learn(QemuFixtures.All, r => r.Outcome!.StopPhaseBytes);

        Assert.Equal(FixedPartSource.EmptyStopPhases, transfer.FixedPart);
        Assert.InRange(transfer.FixedSeconds, 0.002, 0.007);
        Assert.InRange(1 / transfer.SecondsPerByte, 2e9, 5e9);
        Assert.All(QemuFixtures.All.SelectMany(r => r.Polls.Where(p => p.IsPreCopy)), p => Assert.InRange(p.BytesPerSecond, 0, 0.2e9));
    }
}
