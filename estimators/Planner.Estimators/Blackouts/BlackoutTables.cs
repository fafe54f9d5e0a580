using System.Collections.Immutable;

namespace Planner.Estimators;

/// <summary>A blackout model ready for decisions: every look-up is a few operations without allocation. Immutable.</summary>
public sealed class BlackoutTables
{
    internal BlackoutTables(
        ImmutableArray<TermFigures> terms,
        BlackoutParts median,
        ImmutableArray<UnionLevel> union,
        BlackoutParts unionAsSeen,
        double allowedMisses,
        int unionNeed,
        ScoreTable scores,
        ScoreTable scoresAfterQuiesce,
        IndependentBlackout? independent)
    {
        Terms = terms;
        Median = median;
        Union = union;
        UnionAsSeen = unionAsSeen;
        IsUnionSupported = !union.IsEmpty && union[0].Misses == allowedMisses;
        UnionNeed = unionNeed;
        Scores = scores;
        ScoresAfterQuiesce = scoresAfterQuiesce;
        Independent = independent;
    }

    /// <summary>The figures of every term, in the order of the model's terms.</summary>
    public ImmutableArray<TermFigures> Terms { get; }

    /// <summary>The medians of the terms; their sum is the point prediction that scores are taken against. NaN where a term has no samples.</summary>
    public BlackoutParts Median { get; }

    /// <summary>The union bounds that the samples support, at the allowed share of misses, twice it, four times it and so on.</summary>
    public ImmutableArray<UnionLevel> Union { get; }

    /// <summary>The union bound as it would be if every term that has too few samples had enough, none worse than the worst one seen.</summary>
    public BlackoutParts UnionAsSeen { get; }

    /// <summary>Whether every term has enough samples for the union bound at the allowed share of misses; it is then the first of <see cref="Union"/>.</summary>
    public bool IsUnionSupported { get; }

    /// <summary>The samples that every term needs for the union bound at the allowed share of misses.</summary>
    public int UnionNeed { get; }

    /// <summary>The scores of whole blackouts.</summary>
    public ScoreTable Scores { get; }

    /// <summary>The scores of what was left of blackouts after the quiesce stage.</summary>
    public ScoreTable ScoresAfterQuiesce { get; }

    /// <summary>The distribution under independence; null if a term has no samples, or if scores support the bounds of both gates.</summary>
    public IndependentBlackout? Independent { get; }

    /// <summary>Whether every term has samples.</summary>
    public bool IsComplete => double.IsFinite(Median.ArcsSeconds + Median.FixedSeconds + Median.SecondsPerByte + Median.StateRatio);

    /// <summary>The smallest share of misses whose union bound is at most a time; 1 if the samples support none.</summary>
    /// <remarks>The bounds fall as the share grows, so the answer is wrong only if the bound at the last share below the true one is: one
    /// error probability covers them all.</remarks>
    public double UnionMissProbability(in BlackoutLoad load, double seconds)
    {
        foreach (ref readonly var level in Union.AsSpan())
        {
            if (level.Parts.Seconds(load) <= seconds)
            {
                return level.Misses;
            }
        }

        return 1;
    }
}
