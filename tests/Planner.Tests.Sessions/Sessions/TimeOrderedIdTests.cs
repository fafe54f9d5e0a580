using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

public sealed class TimeOrderedIdTests
{
    [Fact]
    public void Identifiers_are_in_the_order_of_time_and_a_clock_before_1970_only_loses_the_order()
    {
        var times = new[] { 0L, 1_000, 1_790_000_000_000 }.Select(DateTimeOffset.FromUnixTimeMilliseconds);
        var ordered = times.Select(t => TimeOrderedId.New(t).ToString()).ToList();
        Assert.Equal(ordered.Order(StringComparer.Ordinal), ordered);

        var never = DateTimeOffset.UnixEpoch.AddTicks(-1);
        Assert.NotEqual(TimeOrderedId.New(never), TimeOrderedId.New(never));
        Assert.NotEqual(TimeOrderedId.New(DateTimeOffset.MinValue), Guid.Empty);
    }
}
