using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Recordings;

public sealed class RecordingReplayTests
{
    private static readonly RecordingEvaluation Evaluation = new(QemuFixtures.All);

    [Fact]
    public void Candidates_are_the_first_polls_after_a_dirty_sync_and_QEMUs_own_stop()
    {
        var replay = Evaluation.Replays.Single(r => r.Recording.Name == "precopy-convergent-run1");

        Assert.Equal([2, 3, 4, 6, 8], replay.MomentsInOrder.Where(m => m.IsSync).Select(m => m.Round));
        Assert.All(replay.MomentsInOrder.Where(m => m.IsSync), m => Assert.Equal(0, m.SecondsSinceSync));
        Assert.Equal(replay.MomentsInOrder.Select(m => m.ElapsedSeconds).Order(), replay.MomentsInOrder.Select(m => m.ElapsedSeconds));
    }

    [Fact]
    public void The_last_moment_has_the_blackout_that_was_measured() =>
        Assert.All(Evaluation.Replays, r => Assert.Equal(r.Recording.Outcome!.DowntimeSeconds, r.MomentsInOrder[^1].TrueBlackoutSeconds));

    [Fact]
    public void The_blackout_elsewhere_is_the_fixed_part_and_what_remains_at_the_runs_own_rate() => Assert.All(Evaluation.Replays, replay =>
    {
        var outcome = replay.Recording.Outcome!;
        Assert.Equal(outcome.DowntimeSeconds, replay.FixedSeconds + outcome.StopPhaseBytes / replay.StopPhaseBytesPerSecond, 9);
        Assert.All(
            replay.MomentsInOrder.SkipLast(1).Where(m => m.IsSync),
            m => Assert.Equal(replay.FixedSeconds + m.RamBytes / replay.StopPhaseBytesPerSecond, m.TrueBlackoutSeconds, 9));
        Assert.All(
            replay.MomentsInOrder.Where(m => !m.IsSync),
            m => Assert.True(m.TrueBlackoutSeconds > replay.FixedSeconds + m.RamBytes / replay.StopPhaseBytesPerSecond));
    });

    [Fact]
    public void What_remains_between_syncs_is_estimated_to_a_quarter()
    {
        Assert.InRange(Evaluation.RemainingErrorP50!.Value, 0, 0.25);
        Assert.NotNull(Evaluation.RemainingErrorP90);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void The_oracle_commits_what_can_be_committed_and_regrets_nothing(double limit)
    {
        var report = Evaluation.Evaluate(_ => new LambdaRule(m => m.IsSync && m.TrueBlackoutSeconds <= limit), limit, 0.99);

        Assert.Equal((20, 20, 0, 0), (report.Migrations, report.Commits, report.Violations, report.FalseAborts));
        Assert.Equal(0, report.RegretP50Seconds);
        Assert.True(report.Decisions > report.Commits);
    }

    [Fact]
    public void A_rule_that_never_commits_is_charged_with_a_false_abort_each_time()
    {
        var report = Evaluation.Evaluate(_ => new LambdaRule(_ => false), 0.3, 0.99);

        Assert.Equal((0, 20), (report.Commits, report.FalseAborts));
        Assert.Equal(1, report.UnboundedShare);
        Assert.Equal(Evaluation.Replays.Sum(r => r.MomentsInOrder.Count(m => m.IsSync)), report.Decisions);
    }

    [Fact]
    public void A_limit_that_no_moment_keeps_is_no_false_abort() =>
        Assert.Equal(0, Evaluation.Evaluate(_ => new LambdaRule(_ => false), 0.001, 0.99).FalseAborts);

    [Fact]
    public void Stopping_at_the_first_sync_breaks_a_tight_limit()
    {
        var report = Evaluation.Evaluate(_ => new LambdaRule(m => m.IsSync, _ => 0.05), 0.05, 0.99);

        Assert.Equal((20, 20), (report.Commits, report.Violations));
        Assert.Equal((0.0, 0.0), (report.Coverage, report.UnboundedShare));
        Assert.True(report.RegretP50Seconds < 0);
    }

    [Fact]
    public void A_migration_that_never_completed_is_replayed_at_the_rate_of_other_stop_phases_or_of_its_own_pre_copy()
    {
        // Eight rounds of a guest that writes as fast as the link of 1 MB/s carries: 1 MB is found at every sync.
        var never = QemuFixtures.Read(string.Concat(Enumerable.Range(1, 8).Select(i => QemuFixtures.Reply(i, remaining: 1e6, syncs: i))));

        var alone = Assert.Single(new RecordingEvaluation([never]).NeverCompleted);
        Assert.Equal((BlackoutSource.PreCopyRate, 1e6, 0.0), (alone.BlackoutFrom, alone.StopPhaseBytesPerSecond, alone.FixedSeconds));
        var outcome = alone.Run(new LambdaRule(m => m.IsSync), 0.3);
        Assert.Equal((2.0, 1.0), (outcome.CommitSeconds, outcome.BlackoutSeconds));
        Assert.Null(outcome.OracleCompletionSeconds);

        var taught = Assert.Single(new RecordingEvaluation([never, .. QemuFixtures.All]).NeverCompleted);
        Assert.Equal(BlackoutSource.OtherStopPhases, taught.BlackoutFrom);
        Assert.InRange(taught.Run(new LambdaRule(m => m.IsSync), 0.3).BlackoutSeconds!.Value, 0.0001, 0.1);
        Assert.Equal(Evaluation.Replays.Count, new RecordingEvaluation([never, .. QemuFixtures.All]).Replays.Count);
    }

    [Fact]
    public void A_blackout_of_which_nothing_is_known_is_null_and_not_zero()
    {
        var never = QemuFixtures.Read(string.Concat(Enumerable.Range(1, 4).Select(i => QemuFixtures.Reply(i, syncs: i).Replace("\"mbps\":8", "\"mbps\":0", StringComparison.Ordinal))));

        var outcome = Assert.Single(new RecordingEvaluation([never]).NeverCompleted).Run(new LambdaRule(m => m.IsSync), 0.3);

        Assert.Equal((2.0, null, null), (outcome.CommitSeconds, outcome.BlackoutSeconds, outcome.CompletionSeconds));
    }

    [Theory]
    [InlineData("stop-copy-4t-run1")]
    [InlineData("postcopy-4t-run1")]
    public void What_was_no_switchover_by_pre_copy_is_not_replayed(string name) =>
        Assert.Throws<ArgumentException>(() => new RecordingReplay(QemuFixtures.Named(name), 0));
}
