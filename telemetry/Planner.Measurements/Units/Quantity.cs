namespace Planner.Measurements;

/// <summary>Writes quantities for people.</summary>
public static class Quantity
{
    private const int MostMoreDigits = 6;

    // Each unit is used below its end, where the rounded figure would be the next one's.
    private static readonly (double End, double Seconds, string Name)[] DurationUnits =
        [(999.5e-6, 1e-6, "us"), (999.5e-3, 1e-3, "ms"), (120, 1, "s"), (7200, 60, "min"), (double.PositiveInfinity, 3600, "h")];

    /// <summary>Writes a duration for people, with three digits and the unit that fits: <c>1.25 ms</c>.</summary>
    public static string Format(TimeSpan duration) => Format(duration.TotalSeconds, UnitOf(duration.TotalSeconds), 0);

    /// <summary>Writes a bound: a duration that is not shorter than the given one once it is written.</summary>
    public static string FormatUp(TimeSpan duration) => Format(Up(duration.TotalSeconds, UnitOf(duration.TotalSeconds), 0));

    /// <summary>Writes two durations that are held against each other, in one unit, with three digits or as many more as it takes to tell which is longer.</summary>
    /// <param name="one">The one.</param>
    /// <param name="other">What it is held against.</param>
    /// <param name="isBound">Whether the one is a bound, and so must not be written shorter than it is.</param>
    public static (string One, string Other) FormatAgainst(TimeSpan one, TimeSpan other, bool isBound = false)
    {
        var (a, b) = (one.TotalSeconds, other.TotalSeconds);
        var pair = (One: isBound ? FormatUp(one) : Format(one), Other: Format(other));
        var unit = UnitOf(Math.Max(Math.Abs(a), Math.Abs(b)));
        for (var more = 0; more <= MostMoreDigits; more++)
        {
            var rounded = (One: isBound ? Up(a, unit, more).TotalSeconds : Rounded(a, unit, more), Other: Rounded(b, unit, more));
            if (rounded.One.CompareTo(rounded.Other) == a.CompareTo(b))
            {
                return more == 0 && pair.One != pair.Other ? pair : (Format(rounded.One, unit, more), Format(b, unit, more));
            }
        }

        return pair;
    }

    /// <summary>Writes a size for people: <c>64.0 MiB</c>.</summary>
    public static string FormatBytes(double bytes) => Math.Abs(bytes) switch
    {
        < 1023.5 => $"{bytes:0} B",
        < 1023.5 * 1024 => Scaled(bytes / 1024, "KiB"),
        < 1023.5 * 1024 * 1024 => Scaled(bytes / (1024.0 * 1024), "MiB"),
        _ => Scaled(bytes / (1024.0 * 1024 * 1024), "GiB"),
    };

    private static (double Seconds, string Name) UnitOf(double seconds)
    {
        var unit = Array.Find(DurationUnits, u => Math.Abs(seconds) < u.End);
        return seconds == 0 ? (1e-3, "ms") : (unit.Seconds, unit.Name);
    }

    private static string Format(double seconds, (double Seconds, string Name) unit, int moreDigits) =>
        seconds == 0 ? $"0 {unit.Name}" : Scaled(seconds / unit.Seconds, unit.Name, moreDigits);

    private static double Rounded(double seconds, (double Seconds, string Name) unit, int moreDigits)
    {
        var inUnit = seconds / unit.Seconds;
        return Math.Round(inUnit, Decimals(inUnit, moreDigits)) * unit.Seconds;
    }

    private static TimeSpan Up(double seconds, (double Seconds, string Name) unit, int moreDigits)
    {
        var inUnit = seconds / unit.Seconds;
        var digit = Math.Pow(10, -Decimals(inUnit, moreDigits));

        // A hair of slack: a figure that is exact in decimal must not be moved on by binary rounding.
        return TimeSpan.FromSeconds(Math.Ceiling(inUnit / digit - 1e-9) * digit * unit.Seconds);
    }

    private static int Decimals(double value, int moreDigits) => moreDigits + Math.Abs(value) switch
    {
        < 9.995 => 2,
        < 99.95 => 1,
        _ => 0,
    };

    private static string Scaled(double value, string unit, int moreDigits = 0) =>
        $"{value.ToString($"F{Decimals(value, moreDigits)}", System.Globalization.CultureInfo.InvariantCulture)} {unit}";
}
