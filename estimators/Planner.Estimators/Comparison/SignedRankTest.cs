namespace Planner.Estimators;

/// <summary>Wilcoxon's signed-rank test for pairs, exact for any number of them and with ties (Hollander and Wolfe, Nonparametric Statistical
/// Methods, section 3.1).</summary>
public static class SignedRankTest
{
    /// <summary>The most pairs that the test takes.</summary>
    public const int MostPairs = 300;

    /// <summary>The probability of so large a sum of positive ranks if every difference were as likely to have the other sign.</summary>
    /// <param name="differences">The differences of the pairs; those of 0 are left out. At most <see cref="MostPairs"/>.</param>
    /// <returns>The one-sided p-value: small if differences tend to be above 0; 1 without a difference.</returns>
    public static double UpperProbability(IReadOnlyCollection<double> differences)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(differences.Count, MostPairs);
        double[] sorted = [.. differences.Where(d => d != 0).OrderBy(Math.Abs)];
        var twiceRanks = TwiceRanks(sorted);
        var observed = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            observed += sorted[i] > 0 ? twiceRanks[i] : 0;
        }

        // The distribution of twice the rank sum: each rank is in it or not, with even odds.
        var probabilities = new double[twiceRanks.Sum() + 1];
        probabilities[0] = 1;
        var top = 0;
        foreach (var rank in twiceRanks)
        {
            top += rank;
            for (var sum = top; sum >= 0; sum--)
            {
                probabilities[sum] = (probabilities[sum] + (sum >= rank ? probabilities[sum - rank] : 0)) / 2;
            }
        }

        return Math.Min(1, probabilities.AsSpan(observed).ToArray().Sum());
    }

    /// <summary>Twice the ranks of the absolute values; equal ones share the mean of their ranks, which may end in a half.</summary>
    private static int[] TwiceRanks(double[] sorted)
    {
        var ranks = new int[sorted.Length];
        for (var first = 0; first < sorted.Length;)
        {
            var next = first + 1;
            while (next < sorted.Length && Math.Abs(sorted[next]) - Math.Abs(sorted[first]) <= 1e-9 * Math.Abs(sorted[first]))
            {
                next++;
            }

            for (var i = first; i < next; i++)
            {
                ranks[i] = first + next + 1;
            }

            first = next;
        }

        return ranks;
    }
}
