using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverProxmoxTests
{
    /// <summary>The first look has nothing to compare with.</summary>
    [Fact]
    public void After_six_looks_without_progress_the_limit_is_doubled()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        AssertLimit(rule, 0.1, Growing(0, 6.9));
        AssertLimit(rule, 0.2, Growing(7, 12.9));
        AssertLimit(rule, 0.4, Growing(13, 13));
    }

    [Fact]
    public void Looks_with_progress_do_not_count_and_do_not_excuse()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        for (var look = 1; look <= 12; look++)
        {
            AssertLimit(rule, 0.1, At(look, 1e6 + (look % 2)));
        }

        AssertLimit(rule, 0.2, At(13, 1e6 + 1));
    }

    [Fact]
    public void Nothing_left_counts_as_no_progress()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        AssertLimit(rule, 0.1, At(1, 0));
        AssertLimit(rule, 0.1, Enumerable.Range(1, 4).Select(i => At(1 + i, 0)).ToArray());
        AssertLimit(rule, 0.2, At(6, 0));
    }

    [Fact]
    public void A_look_at_which_nothing_was_sent_is_passed_over()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        AssertLimit(rule, 0.1, Growing(0, 30).Select(m => m with { SentBytes = 0 }).ToArray());
    }

    /// <summary>At 2 s there are 1000 bytes sent at one of two looks, and 400 left: less than the mean of 500.</summary>
    [Fact]
    public void It_looks_ten_times_as_often_once_less_is_left_than_is_sent_between_looks()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        AssertLimit(rule, 0.1, At(1, 500), At(2, 400));
        AssertLimit(rule, 0.1, At(2.1, 401), At(2.2, 402), At(2.3, 403), At(2.4, 404), At(2.5, 405));
        AssertLimit(rule, 0.2, At(2.6, 406));
    }

    [Fact]
    public void Doubling_ends_at_the_largest_limit_QEMU_takes()
    {
        var rule = new ProxmoxDoublingRule(1500);
        AssertLimit(rule, 1500, Growing(0, 6.9));
        AssertLimit(rule, 2000, Growing(7, 60));
    }

    [Fact]
    public void QEMU_stops_the_guest_above_the_limit_it_was_given()
    {
        var rule = new ProxmoxDoublingRule(0.1);
        AssertLimit(rule, 0.1, SyncAt(0.5, 150));
        AssertLimit(rule, 0.1, Growing(1, 6.9));
        AssertLimit(rule, 0.2, Growing(7, 7.5));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(8, 199)));
    }

    private static PreCopyMoment[] Growing(double fromSeconds, double toSeconds) =>
        Enumerable.Range((int)Math.Round(fromSeconds * 10), (int)Math.Round((toSeconds - fromSeconds) * 10) + 1).Select(tenths => At(tenths / 10.0, 1e6 + tenths)).ToArray();

    private static void AssertLimit(ProxmoxDoublingRule rule, double limitSeconds, params PreCopyMoment[] moments)
    {
        foreach (var moment in moments)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(moment));
            Assert.Equal(limitSeconds, rule.DowntimeLimitSeconds, 1e-9);
        }
    }
}
