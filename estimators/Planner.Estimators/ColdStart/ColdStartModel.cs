using System.Collections.Immutable;

namespace Planner.Estimators;

/// <summary>A learned model of whole blackouts, for migrations of which nothing was measured yet. Immutable.</summary>
/// <remarks>The forest gives ln seconds. It knows nothing beyond the range that it was trained on, and says nothing there.</remarks>
public sealed class ColdStartModel
{
    /// <summary>How far outside the trained range a feature may lie: a quarter of a doubling.</summary>
    public const float Slack = 0.25f;

    private const double ShortestSeconds = 1e-6;
    private const double LongestSeconds = 1e6;

    /// <summary>Makes a model.</summary>
    /// <param name="forest">Gives ln seconds for <see cref="BlackoutFeatures"/>.</param>
    /// <param name="margin">Scores of examples whose groups were not trained on.</param>
    /// <param name="least">The smallest value of every feature that was trained on.</param>
    /// <param name="most">The largest value of every feature that was trained on.</param>
    /// <param name="origin">What it was made from.</param>
    /// <param name="judgement">Whether it may be used.</param>
    /// <exception cref="ModelFormatException">The parts do not belong together.</exception>
    public ColdStartModel(
        FlatForest forest,
        ConformalMargin margin,
        IReadOnlyList<float> least,
        IReadOnlyList<float> most,
        ColdStartOrigin origin,
        ColdStartJudgement judgement)
    {
        if (forest.FeatureCount != BlackoutFeatures.Count)
        {
            throw new ModelFormatException($"it was trained on {forest.FeatureCount} features, and this build has {BlackoutFeatures.Count}");
        }

        if (least.Count != BlackoutFeatures.Count || most.Count != BlackoutFeatures.Count || !least.Zip(most).All(range => float.IsFinite(range.First) && float.IsFinite(range.Second) && range.First <= range.Second))
        {
            throw new ModelFormatException("the range of a feature is not one");
        }

        (Forest, Margin, Least, Most, Origin, Judgement) = (forest, margin, [.. least], [.. most], origin, judgement);
    }

    /// <summary>The trees.</summary>
    public FlatForest Forest { get; }

    /// <summary>The margin.</summary>
    public ConformalMargin Margin { get; }

    /// <summary>The smallest value of every feature that was trained on.</summary>
    public ImmutableArray<float> Least { get; }

    /// <summary>The largest value of every feature that was trained on.</summary>
    public ImmutableArray<float> Most { get; }

    /// <summary>What it was made from.</summary>
    public ColdStartOrigin Origin { get; }

    /// <summary>Whether it may be used, and why.</summary>
    public ColdStartJudgement Judgement { get; }

    /// <summary>Whether all features lie where the model was trained.</summary>
    public bool Covers(in BlackoutFeatures features)
    {
        Span<float> values = stackalloc float[BlackoutFeatures.Count];
        features.Write(values);
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= Least[i] - Slack && values[i] <= Most[i] + Slack))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Guesses a blackout; 1 us to 1e6 s. Allocates nothing.</summary>
    /// <param name="features">What is known.</param>
    /// <param name="allowedMisses">The share of blackouts that may exceed the bound; in (0, 1).</param>
    /// <returns>Null if a feature lies outside the range that was trained on.</returns>
    public ColdStartGuess? Guess(in BlackoutFeatures features, double allowedMisses)
    {
        if (!Covers(features))
        {
            return null;
        }

        Span<float> values = stackalloc float[BlackoutFeatures.Count];
        features.Write(values);
        var seconds = Math.Exp(Forest.Evaluate(values));
        return new ColdStartGuess(InRange(seconds * Margin.Median), InRange(seconds * Margin.Bound(allowedMisses)));
    }

    private static double InRange(double seconds) => Math.Clamp(seconds, ShortestSeconds, LongestSeconds);
}
