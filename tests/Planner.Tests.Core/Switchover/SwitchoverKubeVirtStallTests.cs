using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverKubeVirtStallTests
{
    private const double Limit = 0.9;
    private const double LargestLimit = 2000;

    /// <summary>With this much memory the completion timeout T is 60 s.</summary>
    private const double SmallBytes = 0.4 * GiB;

    [Theory]
    [InlineData(0.9, 0.3)]
    [InlineData(0.2, 0.2)]
    public void QEMU_starts_with_its_own_limit_or_a_lower_one(double limitSeconds, double expectedSeconds) =>
        Assert.Equal(expectedSeconds, new KubeVirtStallRule(limitSeconds).DowntimeLimitSeconds, 1e-9);

    [Fact]
    public void QEMU_decides_by_itself_while_there_is_progress() => Assert.Equal(SwitchoverAction.Commit, Started().Consider(SyncAt(10, 299)));

    [Fact]
    public void A_count_no_smaller_than_40_seconds_ago_is_a_stall_and_raises_QEMUs_limit()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 1000), SyncAt(20, 1000), SyncAt(49.9, 1000));
        AssertWaits(rule, Limit, SyncAt(50, 1000));
        AssertWaits(rule, Limit, SyncAt(51, 901));
        Assert.Equal(900, rule.ExactBelowBytes, 1e-6);
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(52, 899)));
    }

    [Fact]
    public void Progress_of_more_than_4_percent_in_40_seconds_is_no_stall()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 1000), SyncAt(50, 959));
        AssertWaits(rule, Limit, SyncAt(90, 925));
    }

    [Fact]
    public void A_stalled_migration_waits_for_a_count_near_the_least()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 1000), SyncAt(30, 800), SyncAt(50, 1000), SyncAt(55, 833));
        AssertWaits(rule, Limit, SyncAt(60, 831));
    }

    [Fact]
    public void Without_the_search_for_a_minimum_it_acts_at_once()
    {
        var rule = Started(new KubeVirtStallOptions { SearchLocalMinima = false });
        AssertWaits(rule, 0.3, SyncAt(10, 1000), SyncAt(30, 800));
        AssertWaits(rule, Limit, SyncAt(50, 1000));
    }

    /// <summary>The stall is seen at 50 s with a least count of 800. It relaxes at 90, 110 and 120 s to 1050, 1093 and 1100.</summary>
    [Fact]
    public void Each_time_patience_ends_the_next_larger_count_is_enough_and_patience_is_halved()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 1000), SyncAt(30, 800), SyncAt(50, 1000));
        AssertWaits(rule, 0.3, SyncAt(60, 1100), SyncAt(89.9, 1050), SyncAt(90, 1200), SyncAt(109, 1093));
        AssertWaits(rule, 0.3, SyncAt(110, 1200), SyncAt(119.9, 1138));
        AssertWaits(rule, Limit, SyncAt(120, 1138));
    }

    [Theory]
    [InlineData(1349, SwitchoverAction.Wait)]
    [InlineData(1351, SwitchoverAction.Abort)]
    public void A_stall_far_above_the_limit_aborts(double ramBytes, SwitchoverAction action)
    {
        var rule = Started();
        rule.Consider(SyncAt(10, ramBytes));
        Assert.Equal(action, rule.Consider(SyncAt(50, ramBytes)));
    }

    /// <summary>At 50 s, 70 s are left of twice the completion timeout.</summary>
    [Theory]
    [InlineData(71_000, SwitchoverAction.Wait)]
    [InlineData(68_000, SwitchoverAction.Abort)]
    public void A_link_that_looks_broken_is_left_alone(double ramBytes, SwitchoverAction action)
    {
        var rule = Started(totalBytes: SmallBytes);
        rule.Consider(SyncAt(10, ramBytes));
        Assert.Equal(action, rule.Consider(SyncAt(50, ramBytes)));
        Assert.Equal(0.3, rule.DowntimeLimitSeconds, 1e-9);
    }

    [Fact]
    public void After_the_completion_timeout_it_aborts()
    {
        var rule = Started(totalBytes: SmallBytes);
        AssertWaits(rule, 0.3, SyncAt(10, 5000), At(60.9));
        Assert.Equal(SwitchoverAction.Abort, rule.Consider(At(61.3)));
    }

    [Fact]
    public void QEMU_has_60_seconds_to_switch_over_at_the_raised_limit()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 1000));
        AssertWaits(rule, Limit, SyncAt(50, 1000), SyncAt(110.9, 1000));
        Assert.Equal(SwitchoverAction.Abort, rule.Consider(SyncAt(111, 1000)));
    }

    [Fact]
    public void Where_disruption_is_allowed_a_stall_forces_the_switchover()
    {
        var rule = Started(new KubeVirtStallOptions { AllowWorkloadDisruption = true });
        AssertWaits(rule, 0.3, SyncAt(10, 5000));
        AssertWaits(rule, LargestLimit, SyncAt(50, 5000));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(51, 5000)));
    }

    [Fact]
    public void Where_disruption_is_allowed_the_completion_timeout_forces_the_switchover()
    {
        var rule = Started(new KubeVirtStallOptions { AllowWorkloadDisruption = true }, SmallBytes);
        AssertWaits(rule, 0.3, SyncAt(30, 5000), At(60.9));
        AssertWaits(rule, LargestLimit, At(61.3), At(121.9));
        Assert.Equal(SwitchoverAction.Abort, rule.Consider(At(122.3)));
    }

    /// <summary>Samples of 1000 and 2000 give 1400, by which 1800 bytes take 1.29 s; at 1000 they would take 1.8 s, too long.</summary>
    [Fact]
    public void The_bandwidth_is_smoothed_over_looks_400_milliseconds_apart()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, At(0.5) with { BytesPerSecond = 1 }, At(0.8) with { BytesPerSecond = 2000 }, At(1.1) with { BytesPerSecond = 1 });
        AssertWaits(rule, 0.3, SyncAt(10, 1800));
        AssertWaits(rule, Limit, SyncAt(50, 1800));
    }

    [Fact]
    public void Iterations_shorter_than_the_poll_leave_it_no_time_to_sample_the_bandwidth()
    {
        var rule = new KubeVirtStallRule(Limit);
        for (var i = 0; i < 300; i++)
        {
            AssertWaits(rule, 0.3, SyncAt(0.3 * i, 1000));
        }
    }

    [Fact]
    public void Device_state_is_left_out_of_the_estimate_but_not_of_QEMUs_decision()
    {
        var rule = Started();
        AssertWaits(rule, 0.3, SyncAt(10, 850) with { StateBytes = 5000 });
        AssertWaits(rule, Limit, SyncAt(50, 850) with { StateBytes = 5000 }, SyncAt(51, 850) with { StateBytes = 5000 });
    }

    /// <summary>A rule that knows the bandwidth.</summary>
    private static KubeVirtStallRule Started(KubeVirtStallOptions? options = null, double totalBytes = 8 * GiB)
    {
        var rule = new KubeVirtStallRule(Limit, options);
        AssertWaits(rule, 0.3, SyncAt(0) with { TotalBytes = totalBytes }, At(0.4) with { TotalBytes = totalBytes });
        return rule;
    }

    private static void AssertWaits(KubeVirtStallRule rule, double limitSeconds, params PreCopyMoment[] moments)
    {
        foreach (var moment in moments)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(moment));
            Assert.Equal(limitSeconds, rule.DowntimeLimitSeconds, 1e-9);
        }
    }
}
