namespace Planner.Estimators;

/// <summary>How long a link stays good after it has recovered: a life table over all migrations that used it.</summary>
/// <remarks>
/// Time is counted in observations of <see cref="LinkWatch"/>. For every age since the last recovery the table knows how often the link was seen at that
/// age and how often it broke down there (life table, Cutler and Ederer 1958). Ages at which it was never seen to break down are pooled.
/// Not for use by several threads at once.
/// </remarks>
public sealed class LinkLifeTable
{
    /// <summary>Ages beyond this count as this one.</summary>
    public const int OldestAge = 1000;

    private readonly int[] _seen = new int[OldestAge + 1];
    private readonly int[] _broke = new int[OldestAge + 1];
    private int _seenOfUnknownAge;
    private int _brokeAtUnknownAge;

    /// <summary>Counts an observation of a good link.</summary>
    /// <param name="age">Observations since it recovered; negative if it was never seen to recover.</param>
    /// <param name="brokeDown">Whether the next observation found it broken down.</param>
    public void Add(int age, bool brokeDown)
    {
        if (age < 0)
        {
            _seenOfUnknownAge++;
            _brokeAtUnknownAge += brokeDown ? 1 : 0;
            return;
        }

        age = Math.Min(age, OldestAge);
        _seen[age]++;
        _broke[age] += brokeDown ? 1 : 0;
    }

    /// <summary>Whether a good link is likely to stay good.</summary>
    /// <param name="age">Observations since it recovered; negative if it was never seen to recover.</param>
    /// <param name="observations">For how many observations; at least 1.</param>
    /// <param name="allowed">The probability of a breakdown that is tolerated; in (0, 1).</param>
    public bool IsCalm(int age, int observations, double allowed)
    {
        if (age < 0)
        {
            return Probability(_brokeAtUnknownAge, _seenOfUnknownAge) * observations <= allowed;
        }

        var (seen, broke) = (0, 0);
        for (var a = Math.Min(age, OldestAge); a <= Math.Min(age + observations - 1, OldestAge); a++)
        {
            seen += _seen[a];
            broke += _broke[a];
        }

        if (broke == 0)
        {
            // Neighbouring ages without a breakdown tell of the same calm.
            for (var a = Math.Min(age, OldestAge) - 1; a >= 0 && _broke[a] == 0; a--)
            {
                seen += _seen[a];
            }

            for (var a = Math.Min(age + observations, OldestAge + 1); a <= OldestAge && _broke[a] == 0; a++)
            {
                seen += _seen[a];
            }
        }

        return Probability(broke, seen) * observations <= allowed;
    }

    /// <summary>Krichevsky and Trofimov's estimate (1981). Moments are sorted by it; that the bound of each kind holds is the calibration's matter.</summary>
    private static double Probability(int broke, int seen) => (broke + 0.5) / (seen + 1.0);
}
