using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverQemuTests
{
    [Fact]
    public void The_threshold_is_bandwidth_times_limit()
    {
        var rule = new QemuThresholdRule(0.3);
        rule.Consider(At(0) with { BytesPerSecond = 1e9 });
        Assert.Equal(3e8, rule.ExactBelowBytes, 1e-3);
    }

    [Theory]
    [InlineData(249.9, 50, SwitchoverAction.Commit)]
    [InlineData(250, 50, SwitchoverAction.Wait)]
    [InlineData(0, 300, SwitchoverAction.Wait)]
    [InlineData(0, 0, SwitchoverAction.Commit)]
    public void An_exact_count_of_memory_and_device_state_below_the_threshold_stops_the_guest(double ramBytes, double stateBytes, SwitchoverAction action) =>
        Assert.Equal(action, new QemuThresholdRule(0.3).Consider(SyncAt(20, ramBytes) with { StateBytes = stateBytes, Round = 5 }));

    [Fact]
    public void An_estimate_below_the_threshold_only_asks_for_the_exact_count()
    {
        var rule = new QemuThresholdRule(0.3);
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(20, ramBytes: 10)));
        Assert.True(rule.ExactBelowBytes > 10);
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(20, ramBytes: 5000)));
    }

    [Fact]
    public void The_first_round_is_no_exception() => Assert.Equal(SwitchoverAction.Commit, new QemuThresholdRule(0.3).Consider(SyncAt(1, 299) with { Round = 1 }));

    [Fact]
    public void Nothing_is_decided_before_a_bandwidth_is_known()
    {
        var rule = new QemuThresholdRule(0.3);
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(0, ramBytes: 0) with { BytesPerSecond = 0 }));
        Assert.Equal(0, rule.ExactBelowBytes);
    }

    [Fact]
    public void On_a_broken_link_only_nothing_left_stops_the_guest()
    {
        var rule = new QemuThresholdRule(0.3);
        rule.Consider(At(0));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(1, ramBytes: 1) with { BytesPerSecond = 0 }));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(2, ramBytes: 0) with { BytesPerSecond = 0 }));
    }

    [Fact]
    public void A_measured_bandwidth_holds_for_100_milliseconds()
    {
        var rule = new QemuThresholdRule(0.3);
        rule.Consider(At(0.2));
        rule.Consider(At(0.25) with { BytesPerSecond = 5000 });
        Assert.Equal(300, rule.ExactBelowBytes, 1e-6);
        rule.Consider(At(0.3) with { BytesPerSecond = 2000 });
        Assert.Equal(600, rule.ExactBelowBytes, 1e-6);
    }

    [Fact]
    public void A_margin_of_20_percent_is_a_limit_of_80_percent()
    {
        var rule = new FixedMarginRule(0.3);
        Assert.Equal(0.24, rule.DowntimeLimitSeconds, 1e-9);
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(1, 241)));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(2, 239)));
    }

    [Fact]
    public void Time_does_not_run_backwards()
    {
        var rule = new QemuThresholdRule(0.3);
        rule.Consider(At(2));
        rule.Consider(At(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => rule.Consider(At(1.9)));
    }
}
