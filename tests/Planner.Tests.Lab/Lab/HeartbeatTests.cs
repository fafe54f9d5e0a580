using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

public sealed class HeartbeatTests
{
    [Fact]
    public void A_heartbeat_is_read_with_the_time_at_which_it_came()
    {
        Assert.True(Heartbeat.TryParse("hb 7 1000 2000 300 steady", 5000, out var heartbeat));

        Assert.Equal(new Heartbeat(7, 1000, 2000, 300, "steady", 5000), heartbeat);
        Assert.Equal(4000, heartbeat.OffsetNanoseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ok steady 10")]
    [InlineData("hb")]
    [InlineData("hb 1 2 3 4")]
    [InlineData("hb 1 2 3 4 steady more")]
    [InlineData("hb 1 -2 3 4 steady")]
    [InlineData("hb 1 x 3 4 steady")]
    [InlineData("hb 1 2 3 99999999999999999999 steady")]
    [InlineData("b 1 2 3 4 steady")]
    public void Anything_else_is_no_heartbeat(string line) => Assert.False(Heartbeat.TryParse(line, 0, out _));
}
