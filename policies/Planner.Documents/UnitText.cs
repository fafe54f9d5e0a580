using System.Globalization;
using Planner.Measurements;

namespace Planner.Documents;

/// <summary>
/// Reads quantities with units: <c>300ms</c>, <c>64MiB</c>, <c>10Gbit/s</c>, <c>5%</c>.
/// A number without a unit is refused, so that nobody has to guess. Negative, infinite and not-a-number are refused.
/// </summary>
public static class UnitText
{
    /// <summary>How a duration is written, for messages.</summary>
    public const string DurationForm = "with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns";

    /// <summary>How a size is written, for messages.</summary>
    public const string BytesForm = "with its unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) up to 8192TiB";

    /// <summary>How a rate is written, for messages.</summary>
    public const string BytesPerSecondForm = "with its unit (a size's and /s, or bit/s, kbit/s, Mbit/s or Gbit/s)";

    private static readonly (string Unit, double Seconds)[] Durations =
    [
        ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("min", 60), ("h", 3600), ("d", 86400),
    ];

    private static readonly (string Unit, double Bytes)[] Sizes =
    [
        ("KiB", 1024.0), ("MiB", 1024.0 * 1024), ("GiB", 1024.0 * 1024 * 1024), ("TiB", 1024.0 * 1024 * 1024 * 1024),
        ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    private static readonly (string Unit, double BytesPerSecond)[] BitRates =
    [
        ("kbit/s", 1e3 / 8), ("Mbit/s", 1e6 / 8), ("Gbit/s", 1e9 / 8), ("bit/s", 1.0 / 8),
    ];

    private static readonly (string Unit, long Ticks)[] WrittenDurations =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond), ("ns", 1),
    ];

    /// <summary>Reads a duration: ns, us, ms, s, m or min, h or d. The longest is <see cref="ValueLimits.LongestSeconds"/>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!TryParse(text, Durations, out var seconds) || seconds > ValueLimits.LongestSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Reads a size in bytes: B, KiB, MiB, GiB, TiB, or the decimal kB, MB, GB, TB. The largest is 2^53 bytes.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        if (!TryParse(text, Sizes, out var value) || value > 1L << 53)
        {
            return false;
        }

        bytes = (long)Math.Round(value);
        return true;
    }

    /// <summary>Reads a rate in bytes per second: a size followed by <c>/s</c>, or kbit/s, Mbit/s, Gbit/s. The highest is
    /// <see cref="ValueLimits.MostBytesPerSecond"/>.</summary>
    public static bool TryParseBytesPerSecond(string text, out double bytesPerSecond)
    {
        var isRate = TryParse(text, BitRates, out bytesPerSecond)
            || (text.EndsWith("/s", StringComparison.Ordinal) && TryParse(text[..^2], Sizes, out bytesPerSecond));
        return isRate && bytesPerSecond <= ValueLimits.MostBytesPerSecond;
    }

    /// <summary>Reads a share such as <c>5%</c> as 0.05.</summary>
    public static bool TryParsePercent(string text, out double share) => TryParse(text, [("%", 0.01)], out share);

    /// <summary>Reads a factor such as <c>2.5x</c> as 2.5.</summary>
    public static bool TryParseFactor(string text, out double factor) => TryParse(text, [("x", 1)], out factor);

    /// <summary>Writes a duration so that it is read as the same: in the largest unit in which it is a whole number.</summary>
    /// <param name="duration">The duration; at least zero.</param>
    public static string Write(TimeSpan duration)
    {
        var (unit, ticks) = WrittenDurations.First(u => duration.Ticks % u.Ticks == 0 && (duration.Ticks > 0 || u.Unit == "s"));
        return ticks == 1 ? $"{duration.Ticks * 100}{unit}" : string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
    }

    /// <summary>Writes a rate so that it is read as the same.</summary>
    /// <param name="bytesPerSecond">The rate; at least 0.</param>
    public static string WriteRate(double bytesPerSecond)
    {
        var (unit, bytes) = Sizes.Where(s => s.Unit.EndsWith("iB", StringComparison.Ordinal)).OrderByDescending(s => s.Bytes).Append(("B", 1))
            .First(s => s.Bytes == 1 || (bytesPerSecond >= s.Bytes && bytesPerSecond % s.Bytes == 0));
        return string.Create(CultureInfo.InvariantCulture, $"{bytesPerSecond / bytes:R}{unit}/s");
    }

    private static bool TryParse(string text, ReadOnlySpan<(string Unit, double Factor)> units, out double value)
    {
        value = 0;
        var best = -1;
        for (var i = 0; i < units.Length; i++)
        {
            // "ms" also ends in "s": the longest unit that fits is meant.
            if (text.EndsWith(units[i].Unit, StringComparison.Ordinal) && (best < 0 || units[i].Unit.Length > units[best].Unit.Length))
            {
                best = i;
            }
        }

        if (best < 0
            || !double.TryParse(text.AsSpan()[..^units[best].Unit.Length].Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number * units[best].Factor))
        {
            return false;
        }

        value = number * units[best].Factor;
        return true;
    }
}
