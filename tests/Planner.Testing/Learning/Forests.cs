using Planner.Estimators;

namespace Planner.Tests.Learning;

/// <summary>Small forests and models for tests.</summary>
internal static class Forests
{
    /// <summary>Two trees over all features: the first asks for the device count and then the state bytes, the second is a leaf alone.</summary>
    public static FlatForestArrays Arrays { get; } = new()
    {
        FeatureCount = BlackoutFeatures.Count,
        Bias = -1,
        Roots = [0, ~3],
        Weights = [1, 0.5],
        Features = [0, 2],
        Thresholds = [2, 20],
        Left = [~0, ~1],
        Right = [1, ~2],
        Leaves = [1, 2, 3, 4],
    };

    /// <summary>A model that gives 2 s for everything up to 8 devices; its median score is 1, and 99 scores go up to 1.98.</summary>
    public static ColdStartModel TwoSeconds { get; } = Model(Math.Log(2));

    public static ColdStartModel Model(double logSeconds, bool isAccepted = true) => new(
        new FlatForest(Arrays with { Bias = logSeconds, Roots = [], Weights = [], Features = [], Thresholds = [], Left = [], Right = [], Leaves = [] }),
        new ConformalMargin(Enumerable.Range(1, 99).Select(i => i / 50.0)),
        [1, -1, 0, 0, -1, -1, -1, 0, -1],
        [8, 40, 50, 50, 50, 50, 50, 2, 50],
        new ColdStartOrigin(400, 99, 50, 1, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "planner 0.1.0"),
        new ColdStartJudgement(isAccepted, "Said by a test.", [new ColdStartComparison("constant median", 0.5, 0.1, 0.2, 0.001)]));
}
