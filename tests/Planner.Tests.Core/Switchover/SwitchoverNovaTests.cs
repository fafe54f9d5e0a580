using Planner.Evaluation;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverNovaTests
{
    /// <summary>4 GiB: a step every 300 s, taken at the first look after that, half a second later.</summary>
    [Fact]
    public void A_downtime_of_500_is_reached_in_steps_of_45_milliseconds() => Assert.Equal(
        [(0, 50), (300.5, 95), (600.5, 140), (900.5, 185), (1200.5, 230), (1500.5, 275), (1800.5, 320), (2100.5, 365), (2400.5, 410), (2700.5, 455), (3000.5, 500)],
        Steps(new NovaStepsRule(0.5), totalGiB: 4, untilSeconds: 3200));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Memory_counts_as_2_GiB_at_least(double totalGiB) =>
        Assert.Equal((150.5, 95), Steps(new NovaStepsRule(0.5), totalGiB, untilSeconds: 160)[1]);

    [Fact]
    public void Delays_and_limits_are_rounded_down()
    {
        var steps = Steps(new NovaStepsRule(0.333), totalGiB: 2.5, untilSeconds: 400);
        Assert.Equal([(0, 33), (187.5, 63), (374.5, 93)], steps);
    }

    [Fact]
    public void A_downtime_below_100_milliseconds_counts_as_100_whatever_the_limit_is() => Assert.Equal(
        [10, 19, 28, 37, 46, 55, 64, 73, 82, 91, 100],
        Steps(new NovaStepsRule(0.05), totalGiB: 2, untilSeconds: 1600).Select(s => s.Milliseconds));

    [Fact]
    public void Disk_counts_like_memory()
    {
        var rule = new NovaStepsRule(0.5, new NovaStepsOptions { DiskGiB = 2 });
        Assert.Equal((300.5, 95), Steps(rule, totalGiB: 2, untilSeconds: 310)[1]);
    }

    /// <summary>2 GiB have 1600 s.</summary>
    [Fact]
    public void After_the_completion_timeout_it_aborts()
    {
        var rule = new NovaStepsRule(0.5);
        Steps(rule, totalGiB: 2, untilSeconds: 1600);
        Assert.Equal(SwitchoverAction.Abort, rule.Consider(At(1600.5) with { TotalBytes = 2 * GiB }));
    }

    [Fact]
    public void QEMU_decides_by_the_limit_of_the_step()
    {
        var rule = new NovaStepsRule(0.5);
        Assert.Equal(SwitchoverAction.Wait, rule.Consider(SyncAt(1, 51)));
        Assert.Equal(SwitchoverAction.Commit, rule.Consider(SyncAt(2, 49)));
    }

    private static List<(double Seconds, double Milliseconds)> Steps(NovaStepsRule rule, double totalGiB, int untilSeconds)
    {
        var changes = new List<(double Seconds, double Milliseconds)> { (0, Math.Round(rule.DowntimeLimitSeconds * 1000, 6)) };
        for (var tenths = 0; tenths <= untilSeconds * 10; tenths++)
        {
            Assert.Equal(SwitchoverAction.Wait, rule.Consider(At(tenths / 10.0) with { TotalBytes = totalGiB * GiB }));
            var milliseconds = Math.Round(rule.DowntimeLimitSeconds * 1000, 6);
            if (milliseconds != changes[^1].Milliseconds)
            {
                changes.Add((tenths / 10.0, milliseconds));
            }
        }

        return changes;
    }
}
