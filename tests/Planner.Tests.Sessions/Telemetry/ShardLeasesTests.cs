using Planner.Storage;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>What an owner of shards may take for its own, in seconds of its own clock, with leases of 10 s.</summary>
public sealed class ShardLeasesTests
{
    private static readonly ShardToken First = new(1, 1);

    private readonly ShardLeases _leases = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void A_shard_is_the_owners_for_0_8_of_the_lease_from_before_it_asked()
    {
        _leases.Take(At(100), [], [(7, First)]);

        Assert.Equal(First, _leases.TokenOf(7, At(107.9)));
        Assert.Null(_leases.TokenOf(7, At(108)));
        Assert.Equal([7], _leases.Held(At(107.9)));
        Assert.Empty(_leases.Held(At(108)));
    }

    [Fact]
    public void An_answer_that_was_long_on_its_way_lengthens_nothing()
    {
        _leases.Take(At(100), [], [(7, First)]);
        _leases.Take(sent: At(101), [7], [(7, First)]);

        Assert.Equal(First, _leases.TokenOf(7, At(108.9)));
        Assert.Null(_leases.TokenOf(7, At(109)));
    }

    [Fact]
    public void What_was_asked_for_and_not_granted_is_lost_at_once()
    {
        _leases.Take(At(100), [], [(7, First), (8, First)]);
        _leases.Take(At(101), asked: [7, 8], granted: [(8, First)]);

        Assert.Null(_leases.TokenOf(7, At(101)));
        Assert.Equal([8], _leases.Held(At(101)));
    }

    [Fact]
    public void What_nobody_renewed_while_it_was_watched_for_two_leases_is_abandoned()
    {
        var row = new ShardRow(7, "other", First, "later");
        _leases.See([row], At(100));
        _leases.See([row], At(119));

        Assert.Empty(_leases.Abandoned(At(119.9)));
        Assert.Equal([row], _leases.Abandoned(At(120)));
    }

    [Fact]
    public void Whatever_an_owner_does_to_its_row_the_watch_begins_anew()
    {
        var row = new ShardRow(7, "other", First, "later");
        foreach (var changed in new[] { row with { Expires = "even later" }, row with { Owner = "third" }, row with { Token = new ShardToken(1, 2) } })
        {
            _leases.See([row], At(100));
            _leases.See([changed], At(119));
            Assert.Empty(_leases.Abandoned(At(138.9)));
            Assert.Equal([changed], _leases.Abandoned(At(139)));
        }
    }

    [Fact]
    public void Nobody_watches_its_own_shards()
    {
        _leases.See([new ShardRow(7, "me", First, "later")], At(100));
        _leases.Take(At(119), [], [(7, First)]);

        Assert.Empty(_leases.Abandoned(At(120)));
    }

    [Theory]
    [InlineData(1, 2, 1, 1, true)]
    [InlineData(1, 1, 1, 1, false)]
    [InlineData(2, 1, 1, 9, true)]
    [InlineData(1, 9, 2, 1, false)]
    public void Of_two_tokens_the_timeline_counts_first_and_then_the_counter(long timeline, long counter, long otherTimeline, long otherCounter, bool isNewer) =>
        Assert.Equal(isNewer, new ShardToken(timeline, counter).IsNewerThan(new ShardToken(otherTimeline, otherCounter)));

    [Fact]
    public void Machines_are_spread_over_all_shards()
    {
        var shards = Enumerable.Range(0, 100_000).Select(i => ShardLeases.Of($"vm{i}")).ToList();

        Assert.Equal(Enumerable.Range(0, ShardLeases.Count), shards.Distinct().Order());
        Assert.Equal(ShardLeases.Of("vm1"), ShardLeases.Of("vm1"));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
