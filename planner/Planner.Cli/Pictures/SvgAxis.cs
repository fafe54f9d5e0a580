using System.Globalization;

namespace Planner.Cli;

/// <summary>One axis of a chart.</summary>
/// <param name="Label">What it shows, with the unit.</param>
/// <param name="From">Its lower end; above 0 where it is logarithmic.</param>
/// <param name="To">Its upper end, above the lower.</param>
/// <param name="IsLogarithmic">Whether equal ratios are equal lengths.</param>
internal sealed record SvgAxis(string Label, double From, double To, bool IsLogarithmic = false)
{
    private const int WantedTicks = 6;

    /// <summary>Where a value lies, from 0 to 1; values beyond the ends lie on them.</summary>
    public double Share(double value)
    {
        var share = IsLogarithmic
            ? Math.Log(Math.Max(value, From) / From) / Math.Log(To / From)
            : (value - From) / (To - From);
        return Math.Clamp(share, 0, 1);
    }

    /// <summary>Round values along the axis.</summary>
    public IEnumerable<double> Ticks()
    {
        if (IsLogarithmic)
        {
            for (var decade = Math.Pow(10, Math.Floor(Math.Log10(From))); decade <= To * 1.0001; decade *= 10)
            {
                if (decade >= From * 0.9999)
                {
                    yield return decade;
                }
            }

            yield break;
        }

        var rough = (To - From) / WantedTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        for (var tick = Math.Ceiling(From / step - 1e-9) * step; tick <= To + step * 1e-9; tick += step)
        {
            yield return Math.Abs(tick) < step * 1e-9 ? 0 : tick;
        }
    }

    /// <summary>A tick in words.</summary>
    public static string Text(double tick) => tick.ToString("0.######", CultureInfo.InvariantCulture);
}
