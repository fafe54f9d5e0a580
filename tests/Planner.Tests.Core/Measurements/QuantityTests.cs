using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Measurements;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0.2391, "240 ms")]
    [InlineData(0.239, "239 ms")]
    [InlineData(0.9992, "1.00 s")]
    [InlineData(601.16, "10.1 min")]
    [InlineData(600, "10.0 min")]
    [InlineData(7201, "2.01 h")]
    [InlineData(0, "0 ms")]
    public void A_bound_is_never_written_shorter_than_it_is(double seconds, string text) =>
        Assert.Equal(text, Quantity.FormatUp(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(601, 600, "10.02 min", "10.00 min")]
    [InlineData(0.3004, 0.3, "300.4 ms", "300.0 ms")]
    [InlineData(0.2996, 0.3, "299.6 ms", "300.0 ms")]
    [InlineData(0.31, 0.3, "310 ms", "300 ms")]
    [InlineData(0.002, 60, "2.00 ms", "60.0 s")]
    [InlineData(0.3, 0.3, "300 ms", "300 ms")]
    public void Two_times_are_written_with_digits_enough_to_tell_which_is_longer(double one, double other, string oneText, string otherText) =>
        Assert.Equal((oneText, otherText), Quantity.FormatAgainst(TimeSpan.FromSeconds(one), TimeSpan.FromSeconds(other)));

    [Theory]
    [InlineData(0.2997, 0.3, "299.7 ms", "300.0 ms")]
    [InlineData(0.3002, 0.3004, "300.2 ms", "300.4 ms")]
    [InlineData(0.3001, 0.3, "301 ms", "300 ms")]
    public void A_bound_beside_what_it_is_held_against_contradicts_neither(double bound, double limit, string boundText, string limitText) =>
        Assert.Equal((boundText, limitText), Quantity.FormatAgainst(TimeSpan.FromSeconds(bound), TimeSpan.FromSeconds(limit), isBound: true));
}
