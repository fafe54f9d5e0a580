using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverKubeVirtRampTests
{
    [Fact]
    public void A_ceiling_of_1050_is_reached_in_steps_of_128_milliseconds_every_10_seconds() => Assert.Equal(
        [(0, 150), (10.4, 278), (20.4, 406), (30.4, 534), (40.4, 662), (50.4, 790), (60.4, 918), (70.4, 1046), (80.4, 1050)],
        Ramp(new KubeVirtRampRule(1.05), round: 3));

    [Fact]
    public void A_ceiling_of_900_is_reached_in_steps_of_107_milliseconds() => Assert.Equal(
        [150, 257, 364, 471, 578, 685, 792, 899, 900],
        Ramp(new KubeVirtRampRule(0.9), round: 3).Select(c => c.Milliseconds));

    [Fact]
    public void A_ceiling_below_the_initial_limit_is_the_limit() => Assert.Equal([(0, 100)], Ramp(new KubeVirtRampRule(0.1), round: 3));

    [Fact]
    public void A_step_is_at_least_a_millisecond() => Assert.Equal([150, 151, 152], Ramp(new KubeVirtRampRule(0.152), round: 3).Select(c => c.Milliseconds));

    [Fact]
    public void No_step_is_taken_before_the_third_iteration_and_then_at_once()
    {
        var rule = new KubeVirtRampRule(1.05);
        Assert.Equal([(0, 150)], Ramp(rule, round: 2));
        rule.Consider(At(130, 1) with { Round = 3 });
        Assert.Equal(0.278, rule.DowntimeLimitSeconds, 1e-9);
    }

    [Fact]
    public void QEMU_decides_by_the_limit_of_the_moment()
    {
        var rule = new KubeVirtRampRule(1.05);
        rule.Consider(At(0.4));
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(1, 151)));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(2, 149)));
    }

    /// <summary>8 GiB have 1200 s.</summary>
    [Fact]
    public void After_the_completion_timeout_it_aborts()
    {
        var rule = new KubeVirtRampRule(0.9);
        for (var second = 1; second <= 1200; second++)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(second, 1e6 - second)));
        }

        Assert.Equal(SwitchoverAction.Abort, rule.Consider(At(1201, 1)));
    }

    [Fact]
    public void After_150_seconds_in_which_the_memory_left_never_fell_it_aborts()
    {
        var rule = new KubeVirtRampRule(0.9);
        for (var second = 1; second <= 151; second++)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(second)));
        }

        Assert.Equal(SwitchoverAction.Abort, rule.Consider(At(152)));
    }

    /// <summary>The limits in the course of 2 minutes of a pre-copy that advances.</summary>
    private static List<(double Seconds, double Milliseconds)> Ramp(KubeVirtRampRule rule, int round)
    {
        var changes = new List<(double Seconds, double Milliseconds)> { (0, Math.Round(rule.DowntimeLimitSeconds * 1000, 6)) };
        for (var tenths = 0; tenths <= 1200; tenths++)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(tenths / 10.0, 1e6 - tenths) with { Round = round }));
            var milliseconds = Math.Round(rule.DowntimeLimitSeconds * 1000, 6);
            if (milliseconds != changes[^1].Milliseconds)
            {
                changes.Add((tenths / 10.0, milliseconds));
            }
        }

        return changes;
    }
}
