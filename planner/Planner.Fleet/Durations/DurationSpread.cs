using MathNet.Numerics.Distributions;

namespace Planner.Fleet;

/// <summary>By what factor the duration of a move may differ from its middle, as a table over the quantiles of a normal deviate.</summary>
internal sealed class DurationSpread
{
    private const int CellsPerDeviation = 128;
    private const int Widest = 4;
    private const int Cells = 2 * Widest * CellsPerDeviation + 1;

    private readonly double[] _factors = new double[Cells];

    private DurationSpread(Func<double, double> quantile, double commonShare)
    {
        CommonWeight = Math.Sqrt(commonShare);
        OwnWeight = Math.Sqrt(1 - commonShare);
        var middle = quantile(0.5);
        for (var i = 0; i < Cells; i++)
        {
            var z = (double)i / CellsPerDeviation - Widest;
            _factors[i] = Math.Exp(quantile(Normal.CDF(0, 1, z)) - middle);
        }

        P95Factor = Factor(Normal.InvCDF(0, 1, 0.95));
    }

    /// <summary>How much of the deviate all moves of a plan share: the square root of the share of the variance.</summary>
    public double CommonWeight { get; }

    /// <summary>How much of it is a move's own.</summary>
    public double OwnWeight { get; }

    /// <summary>The factor that 19 of 20 moves stay below.</summary>
    public double P95Factor { get; }

    /// <summary>The factor at a deviate; 1 at 0.</summary>
    public double Factor(double deviate) => _factors[(int)Math.Clamp((deviate + Widest) * CellsPerDeviation + 0.5, 0, Cells - 1)];

    /// <summary>A spread from seen logarithms of ratios.</summary>
    /// <param name="logRatios">At least one; sorted here.</param>
    /// <param name="commonShare">The share of the variance that all moves of a plan have in common; in [0, 1].</param>
    public static DurationSpread Of(double[] logRatios, double commonShare)
    {
        Array.Sort(logRatios);
        return new DurationSpread(share => At(logRatios, share), commonShare);
    }

    /// <summary>A log-normal spread.</summary>
    public static DurationSpread LogNormal(double sigma, double commonShare) => new(share => sigma * Normal.InvCDF(0, 1, share), commonShare);

    private static double At(double[] sorted, double share)
    {
        var at = share * sorted.Length - 0.5;
        var low = Math.Clamp((int)Math.Floor(at), 0, sorted.Length - 1);
        var high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (sorted[high] - sorted[low]) * Math.Clamp(at - low, 0, 1);
    }
}
