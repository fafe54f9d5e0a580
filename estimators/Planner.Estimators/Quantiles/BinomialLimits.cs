using MathNet.Numerics.Distributions;

namespace Planner.Estimators;

/// <summary>What a count of misses says about the long-run share of misses.</summary>
public static class BinomialLimits
{
    /// <summary>The Clopper-Pearson upper limit of the share: the largest share under which so few misses have at least the given probability.</summary>
    /// <param name="misses">The misses that were counted; 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The trials; at least 0.</param>
    /// <param name="error">The probability that the limit is below the true share; in (0, 1).</param>
    /// <returns>A share in (0, 1]; about 3 / n for no misses in n trials at an error of 5 %, and 1 without trials.</returns>
    public static double UpperLimit(int misses, int trials, double error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(misses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(misses, trials);
        if (misses == trials)
        {
            return 1;
        }

        return misses == 0 ? -double.ExpM1(Math.Log(error) / trials) : Beta.InvCDF(misses + 1, trials - misses, 1 - error);
    }

    /// <summary>The Clopper-Pearson lower limit of the share: the smallest share under which so many misses have at least the given probability.</summary>
    /// <param name="misses">The misses that were counted; 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The trials; at least 0.</param>
    /// <param name="error">The probability that the limit is above the true share; in (0, 1). A two-sided interval gives half its error to each end.</param>
    /// <returns>A share in [0, 1); 0 without a miss.</returns>
    public static double LowerLimit(int misses, int trials, double error) => misses == 0 ? 0 : 1 - UpperLimit(trials - misses, trials, error);
}
