using Planner.Evaluation;
using Planner.Policies;
using Planner.Testing;
using Xunit;
using static Planner.Tests.Switchover.Moments;

namespace Planner.Tests.Switchover;

public sealed class SwitchoverPeerTests
{
    [Fact]
    public void The_peers_are_named_in_one_order_and_each_rule_has_its_name()
    {
        Assert.Equal(["qemu", "margin-20", "cloud-hypervisor", "kubevirt-stall", "kubevirt-ramp", "nova", "proxmox", "oracle"], PeerRules.Names);
        Assert.All(PeerRules.Names, name => Assert.Equal(name, PeerRules.Create(name, 0.3).Name));
    }

    [Fact]
    public void Every_migration_has_a_rule_of_its_own() => Assert.NotSame(PeerRules.Create("nova", 0.3), PeerRules.Create("nova", 0.3));

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => PeerRules.Create("xen", 0.3));
        Assert.StartsWith("There is no rule xen: choose one of qemu, margin-20, ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2001)]
    [InlineData(double.NaN)]
    public void A_limit_that_QEMU_would_not_take_is_refused(double limitSeconds) =>
        Assert.All(PeerRules.Names, name => Assert.Throws<ArgumentOutOfRangeException>(() => PeerRules.Create(name, limitSeconds)));

    [Fact]
    public void All_wait_at_the_beginning() =>
        Assert.All(PeerRules.Names, name => Assert.Equal(SwitchoverAction.Wait, PeerRules.Create(name, 0.3).Consider(SyncAt(0) with { BytesPerSecond = 0 })));

    [Theory]
    [InlineData(0.301, SwitchoverAction.Wait)]
    [InlineData(0.3, SwitchoverAction.Commit)]
    [InlineData(double.NaN, SwitchoverAction.Wait)]
    public void The_oracle_takes_the_first_moment_whose_true_blackout_fits(double blackoutSeconds, SwitchoverAction action)
    {
        var rule = new OracleRule(0.3);
        Assert.Equal(action, rule.Consider(At(5) with { TrueBlackoutSeconds = blackoutSeconds }));
        Assert.Equal(0, rule.ExactBelowBytes);
    }

    /// <summary>KubeVirt's stall rule may grow its lists at a sync.</summary>
    [Fact]
    public void Looking_at_a_moment_allocates_nothing()
    {
        foreach (var rule in PeerRules.Names.Select(name => PeerRules.Create(name, 0.3)))
        {
            Look(rule, from: 0, to: 2000);
            var from = 0;
            Assert.True(Allocations.Fewest(() => Look(rule, from += 2000, to: from + 2000)) == 0, rule.Name);
        }
    }

    private static void Look(ISwitchoverRule rule, int from, int to)
    {
        for (var tenths = from; tenths < to; tenths++)
        {
            rule.Consider(At(tenths / 10.0, 1e6 + (tenths % 7)) with { IsSync = tenths % 50 == 0 && rule is not KubeVirtStallRule });
        }
    }
}
