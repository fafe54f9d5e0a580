using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverCloudHypervisorTests
{
    [Theory]
    [InlineData(300, SwitchoverAction.Commit)]
    [InlineData(301, SwitchoverAction.Wait)]
    public void The_bytes_of_the_next_iteration_over_the_bandwidth_of_the_last_transfer_decide(double ramBytes, SwitchoverAction action)
    {
        var rule = new CloudHypervisorRule(0.3);
        rule.Consider(SyncAt(0));
        Assert.Equal(action, rule.Consider(SyncAt(10, ramBytes)));
    }

    [Fact]
    public void Only_the_last_transfer_counts()
    {
        var rule = new CloudHypervisorRule(0.3);
        rule.Consider(SyncAt(0));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(10, 4000) with { SentBytes = 10_000 }));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(12, 601) with { SentBytes = 14_000 }));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(13, 600) with { SentBytes = 16_000 }));
    }

    [Fact]
    public void The_first_iteration_has_no_estimate() => Assert.Equal(SwitchoverAction.Wait, new CloudHypervisorRule(0.3).Consider(SyncAt(0, 1)));

    [Fact]
    public void Nothing_to_send_stops_the_guest() => Assert.Equal(SwitchoverAction.Commit, new CloudHypervisorRule(0.3).Consider(SyncAt(0, 0)));

    [Fact]
    public void Within_an_iteration_nothing_is_decided_or_asked_for()
    {
        var rule = new CloudHypervisorRule(0.3);
        rule.Consider(SyncAt(0));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(9, 0)));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(4000, 0)));
        Assert.Equal(0, rule.ExactBelowBytes);
    }

    [Fact]
    public void Device_state_is_left_out() => Assert.Equal(SwitchoverAction.Commit, new CloudHypervisorRule(0.3).Consider(SyncAt(10, 300) with { StateBytes = 1e9 }));

    [Theory]
    [InlineData(3599, false, SwitchoverAction.Wait)]
    [InlineData(3600, false, SwitchoverAction.Abort)]
    [InlineData(3600, true, SwitchoverAction.Commit)]
    public void After_an_hour_it_gives_up_or_stops_the_guest_anyway(double elapsedSeconds, bool commits, SwitchoverAction action) => Assert.Equal(
        action,
        new CloudHypervisorRule(0.3, new CloudHypervisorOptions { CommitsAtTimeout = commits }).Consider(SyncAt(elapsedSeconds)));

    [Fact]
    public void A_fitting_estimate_goes_before_the_timeout() => Assert.Equal(SwitchoverAction.Commit, new CloudHypervisorRule(0.3).Consider(SyncAt(3600, 300)));
}
