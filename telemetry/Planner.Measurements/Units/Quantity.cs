namespace Planner.Measurements;

/// <summary>Writes quantities for people.</summary>
public static class Quantity
{
    /// <summary>Writes a duration for people, with three digits and the unit that fits: <c>1.25 ms</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = Math.Abs(duration.TotalSeconds);
        return seconds switch
        {
            0 => "0 ms",
            < 999.5e-6 => Scaled(duration.TotalSeconds * 1e6, "us"),
            < 999.5e-3 => Scaled(duration.TotalSeconds * 1e3, "ms"),
            < 120 => Scaled(duration.TotalSeconds, "s"),
            < 7200 => Scaled(duration.TotalSeconds / 60, "min"),
            _ => Scaled(duration.TotalSeconds / 3600, "h"),
        };
    }

    /// <summary>Writes a size for people: <c>64.0 MiB</c>.</summary>
    public static string FormatBytes(double bytes) => Math.Abs(bytes) switch
    {
        < 1023.5 => $"{bytes:0} B",
        < 1023.5 * 1024 => Scaled(bytes / 1024, "KiB"),
        < 1023.5 * 1024 * 1024 => Scaled(bytes / (1024.0 * 1024), "MiB"),
        _ => Scaled(bytes / (1024.0 * 1024 * 1024), "GiB"),
    };

    private static string Scaled(double value, string unit) => Math.Abs(value) switch
    {
        < 9.995 => $"{value:0.00} {unit}",
        < 99.95 => $"{value:0.0} {unit}",
        _ => $"{value:0} {unit}",
    };
}
