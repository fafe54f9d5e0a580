using System.Globalization;
using CsCheck;
using Planner.Documents;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Measurements;

public sealed class UnitTextTests
{
    [Theory]
    [InlineData("100ns", 1)]
    [InlineData("1us", 10)]
    [InlineData("300ms", 3_000_000)]
    [InlineData("0.3s", 3_000_000)]
    [InlineData("1.5 s", 15_000_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("10.1 min", 6_060_000_000)]
    [InlineData("1h", 36_000_000_000)]
    [InlineData("30d", 25_920_000_000_000)]
    [InlineData("1e3ms", 10_000_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read_with_their_unit(string text, long ticks)
    {
        Assert.True(UnitText.TryParseDuration(text, out var duration));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData("1000000000s", true)]
    [InlineData("11574d", true)]
    [InlineData("36500d", false)]
    public void The_longest_time_is_that_of_every_other_place(string text, bool isTaken) => Assert.Equal(isTaken, UnitText.TryParseDuration(text, out _));

    [Theory]
    [InlineData("1B", 1)]
    [InlineData("4KiB", 4096)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("1TiB", 1_099_511_627_776)]
    [InlineData("1kB", 1000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("2TB", 2_000_000_000_000)]
    public void Sizes_are_read_with_their_unit(string text, long expected)
    {
        Assert.True(UnitText.TryParseBytes(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("20MiB/s", 20_971_520)]
    [InlineData("8bit/s", 1)]
    [InlineData("8kbit/s", 1e3)]
    [InlineData("8Mbit/s", 1e6)]
    [InlineData("10Gbit/s", 1.25e9)]
    [InlineData("0.5 GB/s", 5e8)]
    public void Rates_are_read_in_bytes_or_bits(string text, double expected)
    {
        Assert.True(UnitText.TryParseBytesPerSecond(text, out var rate));
        Assert.Equal(expected, rate, 1e-9 * expected);
    }

    [Fact]
    public void Shares_are_read_in_percent()
    {
        Assert.True(UnitText.TryParsePercent("5%", out var share));
        Assert.Equal(0.05, share, 1e-12);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("300")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("-0s")]
    [InlineData("1,5s")]
    [InlineData("1e999s")]
    [InlineData("Infinitys")]
    [InlineData("NaNs")]
    [InlineData("36501d")]
    [InlineData("1 minute")]
    [InlineData("1MS")]
    [InlineData("1ms1s")]
    [InlineData("0x10s")]
    [InlineData("5MiB")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(UnitText.TryParseDuration(text, out _));

    [Theory]
    [InlineData("64")]
    [InlineData("64M")]
    [InlineData("64mib")]
    [InlineData("-1MiB")]
    [InlineData("1e300TiB")]
    [InlineData("9007199254740994B")]
    [InlineData("8193TiB")]
    [InlineData("∞B")]
    [InlineData("20MiB/s")]
    [InlineData("3bit")]
    public void What_is_no_size_is_refused(string text) => Assert.False(UnitText.TryParseBytes(text, out _));

    [Theory]
    [InlineData("20MiB")]
    [InlineData("20")]
    [InlineData("/s")]
    [InlineData("20/s")]
    [InlineData("-1MiB/s")]
    [InlineData("1e308TiB/s")]
    [InlineData("1MiB/m")]
    [InlineData("300ms")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(UnitText.TryParseBytesPerSecond(text, out _));

    [Theory]
    [InlineData("5")]
    [InlineData("-5%")]
    [InlineData("%")]
    [InlineData("NaN%")]
    public void What_is_no_share_is_refused(string text) => Assert.False(UnitText.TryParsePercent(text, out _));

    [Fact]
    public void A_refused_text_leaves_the_value_at_zero()
    {
        Assert.False(UnitText.TryParseDuration("1e300d", out var duration));
        Assert.Equal(TimeSpan.Zero, duration);
        Assert.False(UnitText.TryParseBytesPerSecond("1e308TiB/s", out var rate));
        Assert.Equal(0, rate);
        Assert.False(UnitText.TryParsePercent("NaN%", out var share));
        Assert.Equal(0, share);
    }

    [Fact]
    public void Every_whole_number_of_a_unit_is_read_exactly()
    {
        (string Unit, long Ticks)[] units = [("us", 10), ("ms", 10_000), ("s", 10_000_000), ("m", 600_000_000)];
        Gen.Select(Gen.Int[0, 1_000_000], Gen.OneOf(units)).Sample((count, unit) =>
        {
            Assert.True(UnitText.TryParseDuration(string.Create(CultureInfo.InvariantCulture, $"{count}{unit.Unit}"), out var duration));
            Assert.Equal(count * unit.Ticks, duration.Ticks);
        });
        Gen.Long[0, 1L << 53].Sample(count =>
        {
            Assert.True(UnitText.TryParseBytes(string.Create(CultureInfo.InvariantCulture, $"{count}B"), out var bytes));
            Assert.Equal(count, bytes);
        });
    }

    [Fact]
    public void Any_text_is_either_refused_or_a_finite_value_of_at_least_zero() => Gen.String[Gen.Char["0123456789.eE+-, NaInfity∞msuhdKkMGTiB/%bt"], 0, 12].Sample(text =>
    {
        if (UnitText.TryParseDuration(text, out var duration))
        {
            Assert.InRange(duration, TimeSpan.Zero, TimeSpan.FromDays(36_500));
        }

        if (UnitText.TryParseBytes(text, out var bytes))
        {
            Assert.InRange(bytes, 0, 1L << 53);
        }

        if (UnitText.TryParseBytesPerSecond(text, out var rate))
        {
            Assert.InRange(rate, 0, double.MaxValue);
        }

        if (UnitText.TryParsePercent(text, out var share))
        {
            Assert.InRange(share, 0, double.MaxValue);
        }
    }, iter: 20_000);

    [Fact]
    public void A_duration_for_people_keeps_three_digits() => Gen.Double[1e-6, 1e6].Sample(seconds =>
    {
        var parts = Quantity.Format(TimeSpan.FromSeconds(seconds)).Split(' ');
        var unit = parts[1] switch { "us" => 1e-6, "ms" => 1e-3, "s" => 1, "min" => 60, "h" => 3600, _ => double.NaN };
        Assert.Equal(seconds, double.Parse(parts[0], CultureInfo.InvariantCulture) * unit, seconds * 0.006);
    });

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(12_345, "1.23 ms")]
    [InlineData(3_000_000, "300 ms")]
    [InlineData(9_999_999, "1.00 s")]
    [InlineData(900_000_000, "90.0 s")]
    [InlineData(1_200_000_000, "2.00 min")]
    [InlineData(72_000_000_000, "2.00 h")]
    [InlineData(-10_000, "-1.00 ms")]
    public void Durations_are_written_with_the_unit_that_fits(long ticks, string text) => Assert.Equal(text, Quantity.Format(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1_048_575, "1.00 MiB")]
    [InlineData(67_108_864, "64.0 MiB")]
    [InlineData(1.5e9, "1.40 GiB")]
    public void Sizes_are_written_with_the_unit_that_fits(double bytes, string text) => Assert.Equal(text, Quantity.FormatBytes(bytes));
}
