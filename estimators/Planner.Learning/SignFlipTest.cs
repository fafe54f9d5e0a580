namespace Planner.Learning;

/// <summary>A paired test: is the mean of differences above 0?</summary>
/// <remarks>
/// If neither of two estimators were better, every group's difference could as well have the other sign. The probability is the share of random
/// sign patterns whose mean is at least the observed one, the observed one among them (Fisher's randomisation test for pairs; with a sample of
/// the patterns as in Phipson and Smyth, Permutation p-values should never be zero, 2010). It supposes the groups independent.
/// </remarks>
internal static class SignFlipTest
{
    private const int Patterns = 9999;

    /// <summary>The probability of so large a mean if the differences were symmetric around 0.</summary>
    public static double ErrorProbability(IReadOnlyList<double> differences, int seed)
    {
        var random = new Random(seed);
        var observed = differences.Sum();
        var tolerance = 1e-12 * differences.Sum(Math.Abs);
        var asLarge = 1;
        for (var i = 0; i < Patterns; i++)
        {
            var sum = 0.0;
            foreach (var difference in differences)
            {
                sum += random.Next(2) == 0 ? difference : -difference;
            }

            asLarge += sum >= observed - tolerance ? 1 : 0;
        }

        return asLarge / (Patterns + 1.0);
    }
}
