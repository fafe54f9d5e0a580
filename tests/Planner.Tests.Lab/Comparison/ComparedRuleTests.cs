using Planner.Lab;
using Xunit;

namespace Planner.Tests.Comparison;

public sealed class ComparedRuleTests
{
    [Theory]
    [InlineData("qemu", 0.1)]
    [InlineData("margin-20", 0.08)]
    [InlineData("kubevirt-stall", 0.1)]
    [InlineData("nova", 0.01)]
    [InlineData("proxmox", 0.1)]
    public void Each_peer_begins_with_the_downtime_limit_of_its_system(string name, double seconds) =>
        Assert.Equal(seconds, ComparedRule.Peer(name, TimeSpan.FromMilliseconds(100)).DowntimeLimitSeconds, 6);

    [Fact]
    public void Every_rule_that_is_listed_can_be_made() =>
        Assert.All(ComparedRule.Names.Where(n => n != ComparedRule.Planner), n => Assert.Equal(n, ComparedRule.Peer(n, TimeSpan.FromSeconds(1)).Name));
}
