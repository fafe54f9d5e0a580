namespace Planner.Estimators;

/// <summary>The scores actual / predicted of examples that a point prediction was not fitted to: what turns it into a median and a bound. Immutable.</summary>
/// <remarks>Split conformal prediction (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World), as in <see cref="ScoreTable"/>. It holds
/// where the next migration is exchangeable with those examples.</remarks>
public sealed class ConformalMargin
{
    /// <summary>The most scores that are kept.</summary>
    public const int MaximumScores = 20_000;

    private const double LargestScore = 1e12;

    private readonly double[] _sorted;

    /// <summary>Takes scores in any order.</summary>
    /// <exception cref="ModelFormatException">There are none or too many, or one is not above 0 and finite.</exception>
    public ConformalMargin(IEnumerable<double> scores)
    {
        _sorted = [.. scores.Take(MaximumScores + 1)];
        if (_sorted.Length is 0 or > MaximumScores)
        {
            throw new ModelFormatException($"its margin needs 1 to {MaximumScores} scores");
        }

        if (!_sorted.All(s => s is > 0 and <= LargestScore))
        {
            throw new ModelFormatException("its margin holds a score that is not above 0 and finite");
        }

        Array.Sort(_sorted);
    }

    /// <summary>The scores in ascending order.</summary>
    public IReadOnlyList<double> Scores => _sorted;

    /// <summary>The median score, the lower one of two.</summary>
    public double Median => _sorted[(_sorted.Length - 1) / 2];

    /// <summary>The score that the next one exceeds with at most this probability: the ceil((n + 1)(1 - a))-th smallest.</summary>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    /// <returns>NaN with fewer than 1/a - 1 scores.</returns>
    public double Bound(double allowedMisses) => _sorted.Length < ScoreTable.RequiredScores(allowedMisses)
        ? double.NaN
        : _sorted[Math.Clamp((int)Math.Ceiling((_sorted.Length + 1) * (1 - allowedMisses) - 1e-9), 1, _sorted.Length) - 1];
}
