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

    private readonly long[] _seen = new long[OldestAge + 1];
    private readonly long[] _broke = new long[OldestAge + 1];
    private long _seenOfUnknownAge;
    private long _brokeAtUnknownAge;

    /// <summary>What was counted. Ages at which the link was never seen are left out.</summary>
    public IEnumerable<LinkAge> Ages =>
        Enumerable.Range(0, OldestAge + 1).Select(age => new LinkAge(age, _seen[age], _broke[age])).Prepend(new LinkAge(-1, _seenOfUnknownAge, _brokeAtUnknownAge)).Where(a => a.Seen > 0);

    /// <summary>Counts observations of a good link.</summary>
    public void Add(LinkAge counted)
    {
        if (counted.Age < 0)
        {
            _seenOfUnknownAge += counted.Seen;
            _brokeAtUnknownAge += counted.Broke;
            return;
        }

        var age = Math.Min(counted.Age, OldestAge);
        _seen[age] += counted.Seen;
        _broke[age] += counted.Broke;
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

        var (seen, broke) = (0L, 0L);
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
    private static double Probability(long broke, long seen) => (broke + 0.5) / (seen + 1.0);
}
