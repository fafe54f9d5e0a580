using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Workloads.SmallWorkloads;

namespace Planner.Tests.Workloads;

public sealed class WorkloadMigrationTests
{
    private const double State = 64 * MiB;

    private static readonly MachineDevices Nic = Machine(new DeviceWorkload(1, (long)State, Takes(5), Takes(20), Takes(30), LoadsSerially: false));

    private static readonly MemoryWorkload Idle = Memory((8 * MiB, 2));

    [Fact]
    public void A_blackout_is_the_devices_time_and_the_transfer()
    {
        var rule = new NotingRule(m => m.IsSync ? SwitchoverAction.Commit : SwitchoverAction.Wait);
        var outcome = WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic), rule);

        // The first round takes a second for 1 GiB; memory that is written in proportion to what is clean of it.
        var left = 8 * MiB * (1 - 2 * (1 - Math.Exp(-0.5)));
        Assert.True(outcome.Committed);
        Assert.Equal(1, outcome.CommitSeconds, 1e-9);
        Assert.Equal(left, outcome.RamBytes, 10.0);
        Assert.Equal(outcome.RamBytes, rule.Moments[^1].RamBytes, 2.0);
        Assert.Equal(0.055 + (left + State) / GiB, outcome.BlackoutSeconds, 1e-6);
        Assert.Equal(outcome.CommitSeconds + outcome.BlackoutSeconds, outcome.CompletionSeconds);
        Assert.Equal(1, outcome.Considered);
    }

    [Fact]
    public void A_blackout_on_an_alternating_link_is_the_sum_over_its_levels()
    {
        var link = new LinkWorkload { Name = "turns", Levels = [GiB, GiB / 4], DwellSeconds = 0.3 };
        var truth = Truth(Idle, link, Nic);
        var outcome = WorkloadMigration.Run(truth, new NotingRule(m => m.IsSync ? SwitchoverAction.Commit : SwitchoverAction.Wait));

        var (at, left) = (outcome.CommitSeconds + 0.025, outcome.RamBytes + State);
        while (left > 0)
        {
            // In steps so small that a level's end hardly matters.
            left -= truth.Link.Rate((int)(at / 0.1)) * 1e-6;
            at += 1e-6;
        }

        Assert.Equal(at - outcome.CommitSeconds + 0.030, outcome.BlackoutSeconds, 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_oracle_commits_at_the_first_moment_that_fits(ulong seed)
    {
        var link = new LinkWorkload { Name = "turns", Levels = [0.6 * GiB, 0.2 * GiB], DwellSeconds = 0.3, Jitter = 0.05 };
        var truth = Truth(Memory((128 * MiB, 1), (512 * MiB, 20)), link, Nic, seed: seed);
        var all = new NotingRule(_ => SwitchoverAction.Wait);
        WorkloadMigration.Run(truth, all);
        var blackouts = all.Syncs.Select(m => (m.ElapsedSeconds, Blackout: truth.BlackoutSeconds(m.ElapsedSeconds, m.RamBytes))).ToList();
        var limit = blackouts.Min(b => b.Blackout) * 1.05;

        var oracle = WorkloadMigration.Run(truth, new OracleRule(limit));

        Assert.True(oracle.Committed);
        Assert.InRange(oracle.BlackoutSeconds, 0, limit);
        Assert.Equal(truth.BlackoutSeconds(oracle.CommitSeconds, oracle.RamBytes), oracle.BlackoutSeconds, 1e-9);
        Assert.All(blackouts.Where(b => b.ElapsedSeconds < oracle.CommitSeconds - 1e-9), b => Assert.True(b.Blackout > limit));
        Assert.False(WorkloadMigration.Run(truth, new OracleRule(0.05)).Committed);
    }

    [Fact]
    public void A_migration_that_is_never_stopped_ends_with_its_time()
    {
        var outcome = WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic, within: 7.25), new NotingRule(_ => SwitchoverAction.Wait));
        Assert.Equal((false, 7.25), (outcome.Committed, outcome.CommitSeconds));
        Assert.True(double.IsNaN(outcome.BlackoutSeconds));
    }

    [Theory]
    [InlineData(7.2, false)]
    [InlineData(6.9, true)]
    public void A_commit_that_would_end_too_late_is_none(double from, bool committed)
    {
        var rule = new NotingRule(m => m.IsSync && m.ElapsedSeconds >= from ? SwitchoverAction.Commit : SwitchoverAction.Wait);
        Assert.Equal(committed, WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic, within: 7.25), rule).Committed);
    }

    [Fact]
    public void An_abort_ends_the_migration()
    {
        var outcome = WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic), new NotingRule(m => m.ElapsedSeconds > 3 ? SwitchoverAction.Abort : SwitchoverAction.Wait));
        Assert.False(outcome.Committed);
        Assert.InRange(outcome.CommitSeconds, 3, 3.11);
    }

    [Fact]
    public void QEMUs_rule_stops_a_convergent_guest_near_its_threshold()
    {
        var outcome = WorkloadMigration.Run(Truth(Idle, Link(GiB / 4), Nic), new QemuThresholdRule(0.5));
        Assert.True(outcome.Committed);
        Assert.InRange(outcome.RamBytes + State, 0.3 * 0.5 * GiB / 4, 0.5 * GiB / 4);
    }

    [Fact]
    public void QEMUs_rule_never_stops_a_guest_that_writes_faster_than_is_sent() =>
        Assert.False(WorkloadMigration.Run(Truth(Memory((GiB, 0.5)), Link(GiB / 4), Nic), new QemuThresholdRule(0.3)).Committed);

    [Fact]
    public void A_rule_that_wants_an_exact_count_early_gets_it_in_the_middle_of_the_round()
    {
        var rule = new NotingRule(m => m.IsSync ? SwitchoverAction.Commit : SwitchoverAction.Wait, exactBelowBytes: 512 * MiB + State);
        var outcome = WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic), rule);

        var first = rule.Syncs.First();
        Assert.Equal(0.5, first.ElapsedSeconds, 1e-9);
        Assert.Equal(512 * MiB + first.WrittenBytes, first.RamBytes, 10.0);
        Assert.Equal(0.5, first.RoundSeconds, 1e-9);
        Assert.InRange(first.WrittenBytes, 0.2 * MiB, 2 * MiB);
        Assert.Equal(first.RamBytes, outcome.RamBytes, 2.0);
    }

    [Fact]
    public void Syncs_are_at_least_100_milliseconds_apart()
    {
        var rule = new NotingRule(_ => SwitchoverAction.Wait, exactBelowBytes: 4 * GiB);
        WorkloadMigration.Run(Truth(Idle, Link(GiB), Nic, within: 5), rule);
        double[] syncs = [.. rule.Syncs.Select(m => m.ElapsedSeconds)];
        Assert.InRange(syncs.Length, 45, 50);
        Assert.All(syncs.Zip(syncs.Skip(1)), pair => Assert.True(pair.Second - pair.First > 0.0999));
    }

    [Fact]
    public void No_rule_sees_the_truth_or_a_clock_that_runs_backwards()
    {
        var rule = new NotingRule(_ => SwitchoverAction.Wait);
        WorkloadMigration.Run(Truth(Idle, Link(GiB, 0.1), Nic, within: 5), rule);
        Assert.All(rule.Moments, m => Assert.True(double.IsNaN(m.TrueBlackoutSeconds)));
        Assert.All(rule.Moments.Zip(rule.Moments.Skip(1)), pair => Assert.True(pair.Second.ElapsedSeconds >= pair.First.ElapsedSeconds));
        Assert.Equal(50, rule.Moments.Count(m => !m.IsSync));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * GiB)]
    public void What_a_moment_says_of_the_link_is_the_slot_that_ended_last(double exactBelowBytes)
    {
        var truth = Truth(Idle, Link(GiB, 0.1), Nic, within: 5);
        var rule = new NotingRule(_ => SwitchoverAction.Wait, exactBelowBytes);
        WorkloadMigration.Run(truth, rule);

        Assert.All(rule.Moments.Where(m => m.ElapsedSeconds > 0.1 - 1e-9), m =>
            Assert.Equal(truth.Link.Rate((int)Math.Floor(m.ElapsedSeconds / 0.1 + 1e-6) - 1), m.BytesPerSecond));
    }

    [Fact]
    public void Memory_is_written_while_nothing_is_left_to_send()
    {
        // After the first second every sync is 100 ms after the one before, and sending takes but a moment of that.
        var rule = new NotingRule(_ => SwitchoverAction.Wait);
        WorkloadMigration.Run(Truth(Memory((8 * MiB, 0.2)), Link(64 * GiB), Nic, within: 5), rule);
        Assert.Equal(8 * MiB * (1 - Math.Exp(-0.5)), rule.Syncs.Last().RamBytes, 0.01 * MiB);
    }
}
