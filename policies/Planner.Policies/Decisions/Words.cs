using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Quantities for people, with three digits.</summary>
internal static class Words
{
    private const double LongestSeconds = 1e9;

    private static readonly double[] SecondUnits = [1e-6, 1e-3, 1];
    private static readonly double[] ByteUnits = [1, 1024, 1024.0 * 1024, 1024.0 * 1024 * 1024];

    /// <summary>A time such as <c>1.25 ms</c>.</summary>
    public static string Seconds(double seconds) => Quantity.Format(TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds)));

    /// <summary>A time that is not shorter than the given one once it is written.</summary>
    public static string SecondsUp(double seconds) => Seconds(Outward(seconds, SecondUnits, up: true));

    /// <summary>A size such as <c>64.0 MiB</c> that is not larger than the given one once it is written.</summary>
    public static string BytesDown(double bytes) => Quantity.FormatBytes(Outward(bytes, ByteUnits, up: false));

    /// <summary>A rate that is not larger than the given one once it is written.</summary>
    public static string RateDown(double bytesPerSecond) => $"{BytesDown(bytesPerSecond)}/s";

    /// <summary>A rate that is not smaller than the given one once it is written.</summary>
    public static string RateUp(double bytesPerSecond) => $"{Quantity.FormatBytes(Outward(bytesPerSecond, ByteUnits, up: true))}/s";

    /// <summary>A share such as <c>99.9 %</c>.</summary>
    public static string Percent(double share) => $"{share * 100:0.####} %";

    private static double Outward(double value, double[] units, bool up)
    {
        var unit = units[0];
        foreach (var candidate in units)
        {
            unit = value >= candidate ? candidate : unit;
        }

        var inUnit = value / unit;
        var digit = unit == 1 && units == ByteUnits ? 1 : inUnit < 9.985 ? 0.01 : inUnit < 99.85 ? 0.1 : 1;

        // A hair of slack: a figure that is exact in decimal must not be moved on by binary rounding.
        return (up ? Math.Ceiling(inUnit / digit - 1e-9) : Math.Floor(inUnit / digit + 1e-9)) * digit * unit;
    }
}
