namespace Planner.Estimators;

/// <summary>What a count of misses says about the share of misses, in a closed form that a rule of a monitoring system can compute, too.</summary>
/// <remarks>The score interval of Wilson (Journal of the American Statistical Association 22, 1927). It is an approximation; where a share is claimed,
/// <see cref="BinomialLimits"/> has the exact one.</remarks>
public static class WilsonLimits
{
    /// <summary>The lower limit of the share.</summary>
    /// <param name="misses">The misses that were counted; 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The trials; at least 0.</param>
    /// <param name="deviations">How many standard deviations it lies below: 2.576 for 99.5 % on this side. Above 0.</param>
    /// <returns>A share in [0, 1]; 0 without trials.</returns>
    public static double Lower(int misses, int trials, double deviations) => Math.Max(0, Limit(misses, trials, -deviations));

    /// <summary>The upper limit of the share.</summary>
    /// <param name="misses">The misses that were counted; 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The trials; at least 0.</param>
    /// <param name="deviations">How many standard deviations it lies above. Above 0.</param>
    /// <returns>A share in [0, 1]; 1 without trials.</returns>
    public static double Upper(int misses, int trials, double deviations) => Math.Min(1, Limit(misses, trials, deviations));

    private static double Limit(int misses, int trials, double deviations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(misses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(misses, trials);
        if (trials == 0)
        {
            return deviations < 0 ? 0 : 1;
        }

        var share = misses / (double)trials;
        var square = deviations * deviations;
        return (share + (square / (2 * trials)) + (deviations * Math.Sqrt(((share * (1 - share)) + (square / (4 * trials))) / trials))) / (1 + (square / trials));
    }
}
