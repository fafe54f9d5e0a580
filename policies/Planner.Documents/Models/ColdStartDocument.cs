using Planner.Estimators;

namespace Planner.Documents;

/// <summary>The JSON of a <see cref="ColdStartModel"/>.</summary>
internal sealed record ColdStartDocument
{
    public required IReadOnlyList<string> FeatureNames { get; init; }

    public required ColdStartOrigin Origin { get; init; }

    public required ColdStartJudgement Judgement { get; init; }

    public required IReadOnlyList<float> Least { get; init; }

    public required IReadOnlyList<float> Most { get; init; }

    public required IReadOnlyList<double> Scores { get; init; }

    public required FlatForestArrays Forest { get; init; }
}
