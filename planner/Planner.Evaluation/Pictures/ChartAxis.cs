using System.Globalization;

namespace Planner.Evaluation;

/// <summary>An axis of a chart.</summary>
/// <param name="Label">What it shows, with the unit.</param>
/// <param name="Scale">How values become positions.</param>
/// <param name="Minimum">The value at its beginning; above 0 on a logarithmic axis.</param>
/// <param name="Maximum">The value at its end; above <paramref name="Minimum"/>.</param>
internal sealed record ChartAxis(string Label, AxisScale Scale, double Minimum, double Maximum)
{
    private const int MostSteps = 6;
    private const double FewDecades = 1.7;

    private static readonly double[] RoundFactors = [1, 2, 5, 10];

    /// <summary>A linear axis that has room for all of these values, with round ends.</summary>
    /// <param name="label">What it shows.</param>
    /// <param name="values">The values; those that are not finite are passed over.</param>
    /// <param name="fromZero">Whether it begins at 0 or below.</param>
    public static ChartAxis Around(string label, IEnumerable<double> values, bool fromZero)
    {
        double[] known = [.. values.Where(double.IsFinite)];
        var (low, high) = known.Length > 0 ? (known.Min(), known.Max()) : (0, 1);
        low = fromZero ? Math.Min(0, low) : low;
        high = high > low ? high : low + 1;
        var step = Step(high - low);
        return new ChartAxis(label, AxisScale.Linear, Math.Floor(low / step) * step, Math.Ceiling(high / step + 1e-9) * step);
    }

    /// <summary>Where a value is: 0 at the beginning, 1 at the end, and no further.</summary>
    public double Position(double value)
    {
        var (low, high) = Scale == AxisScale.Log ? (Math.Log(Minimum), Math.Log(Maximum)) : (Minimum, Maximum);
        var at = Scale == AxisScale.Log ? Math.Log(Math.Max(value, Minimum)) : value;
        return Math.Clamp((at - low) / (high - low), 0, 1);
    }

    /// <summary>Where lines and numbers stand.</summary>
    public IEnumerable<double> Ticks() => Scale == AxisScale.Log ? LogTicks() : LinearTicks();

    /// <summary>The number at a tick.</summary>
    public static string Text(double tick) => tick.ToString("0.######", CultureInfo.InvariantCulture);

    private IEnumerable<double> LinearTicks()
    {
        var step = Step(Maximum - Minimum);
        for (var i = (long)Math.Ceiling(Minimum / step - 1e-9); i * step <= Maximum + step * 1e-9; i++)
        {
            yield return i * step;
        }
    }

    private IEnumerable<double> LogTicks()
    {
        double[] factors = Math.Log10(Maximum / Minimum) < FewDecades ? [1, 2, 5] : [1];
        for (var decade = (int)Math.Floor(Math.Log10(Minimum)); decade <= Math.Log10(Maximum) + 1e-9; decade++)
        {
            foreach (var factor in factors)
            {
                var tick = factor * Math.Pow(10, decade);
                if (tick >= Minimum * (1 - 1e-9) && tick <= Maximum * (1 + 1e-9))
                {
                    yield return tick;
                }
            }
        }
    }

    /// <summary>1, 2 or 5 times a power of ten, so that the range has at most six steps.</summary>
    private static double Step(double range)
    {
        var least = range / MostSteps;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return RoundFactors.Select(f => f * power).First(s => s >= least * (1 - 1e-9));
    }
}
