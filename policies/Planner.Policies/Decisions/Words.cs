using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Quantities for people, with three digits.</summary>
public static class Words
{
    private static readonly double[] ByteUnits = [1, 1024, 1024.0 * 1024, 1024.0 * 1024 * 1024];

    /// <summary>A time such as <c>1.25 ms</c>.</summary>
    public static string Seconds(double seconds) => Quantity.Format(Span(seconds));

    /// <summary>A time that is not shorter than the given one once it is written.</summary>
    public static string SecondsUp(double seconds) => Quantity.FormatUp(Span(seconds));

    /// <summary>A bound and what it is held against, with digits enough to tell which is longer.</summary>
    public static (string Bound, string Other) Against(double bound, double other) => Quantity.FormatAgainst(Span(bound), Span(other), isBound: true);

    /// <summary>Two times, with digits enough to tell which is longer.</summary>
    public static (string One, string Other) Apart(double one, double other) => Quantity.FormatAgainst(Span(one), Span(other));

    /// <summary>A size such as <c>64.0 MiB</c> that is not larger than the given one once it is written.</summary>
    public static string BytesDown(double bytes) => Quantity.FormatBytes(Outward(bytes, up: false));

    /// <summary>A rate that is not larger than the given one once it is written.</summary>
    public static string RateDown(double bytesPerSecond) => $"{BytesDown(bytesPerSecond)}/s";

    /// <summary>A rate that is not smaller than the given one once it is written.</summary>
    public static string RateUp(double bytesPerSecond) => $"{Quantity.FormatBytes(Outward(bytesPerSecond, up: true))}/s";

    /// <summary>A share such as <c>99.9 %</c>.</summary>
    public static string Percent(double share) => $"{share * 100:0.####} %";

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, ValueLimits.LongestSeconds));

    private static double Outward(double value, bool up)
    {
        var unit = ByteUnits.LastOrDefault(u => value >= u, 1);
        var inUnit = value / unit;
        var digit = unit == 1 ? 1 : inUnit < 9.985 ? 0.01 : inUnit < 99.85 ? 0.1 : 1;

        // A hair of slack: a figure that is exact in decimal must not be moved on by binary rounding.
        return (up ? Math.Ceiling(inUnit / digit - 1e-9) : Math.Floor(inUnit / digit + 1e-9)) * digit * unit;
    }
}
