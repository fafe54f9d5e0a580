using Planner.Estimators;

namespace Planner.Learning;

/// <summary>Trains a model of whole blackouts, gives it a margin, and has it judged.</summary>
public static class ColdStartTrainer
{
    /// <summary>The most examples that are taken.</summary>
    public const int MaximumExamples = 100_000;

    private const double LongestSeconds = 1e6;
    private const double ShortestSeconds = 1e-6;

    /// <summary>Trains on four fifths of the groups and takes the margin from the rest.</summary>
    /// <param name="examples">The examples, in any order that is always the same.</param>
    /// <param name="options">How.</param>
    /// <returns>The model with its judgement. Whoever uses it has to look whether it was accepted.</returns>
    /// <exception cref="ArgumentException">The examples or options are impossible, or the examples have fewer than two groups; one sentence.</exception>
    public static ColdStartModel Train(IReadOnlyList<ColdStartExample> examples, ColdStartOptions options)
    {
        Check(examples, options);
        var folds = new GroupFolds(examples, options.Seed);
        var calibration = folds.Part(0);
        var trained = folds.Without(0);
        if (trained.Count == 0)
        {
            throw new ArgumentException("All examples are of one group: give at least two, one to learn from and one for the margin.", nameof(examples));
        }

        var judgement = ColdStartJudge.Judge(folds, options);
        var forest = ForestTrainer.Train(trained, options);
        var (least, most) = Range(trained);
        return new ColdStartModel(
            forest,
            ColdStartJudge.Margin(new ForestPredictor(forest), calibration),
            least,
            most,
            new ColdStartOrigin(trained.Count, calibration.Count, folds.GroupCount, options.Seed, options.At, CreatedBy()),
            judgement);
    }

    private static string CreatedBy() => $"planner {typeof(ColdStartTrainer).Assembly.GetName().Version?.ToString(3)}";

    private static void Check(IReadOnlyList<ColdStartExample> examples, ColdStartOptions options)
    {
        if (examples.Count is 0 or > MaximumExamples)
        {
            throw new ArgumentException($"There are {examples.Count} examples: give 1 to {MaximumExamples}.", nameof(examples));
        }

        if (examples.FirstOrDefault(e => !(e.ActualSeconds >= ShortestSeconds && e.ActualSeconds <= LongestSeconds)) is { } impossible)
        {
            throw new ArgumentException($"A blackout of {impossible.ActualSeconds} s in group '{impossible.Group}' is impossible: give {ShortestSeconds} to {LongestSeconds} s.", nameof(examples));
        }

        if (options.Trees is < 1 or > FlatForest.MaximumTrees || options.Leaves is < 2 or > FlatForest.MaximumNodes / FlatForest.MaximumTrees || options.RowsPerLeaf < 1)
        {
            throw new ArgumentException($"Give 1 to {FlatForest.MaximumTrees} trees, 2 to {FlatForest.MaximumNodes / FlatForest.MaximumTrees} leaves and at least 1 example a leaf.", nameof(options));
        }

        if (!(options.UpperLevel > 0.5 && options.UpperLevel < 1 && options.ErrorProbability > 0 && options.ErrorProbability < 1))
        {
            throw new ArgumentException("Give an upper quantile above 0.5 and below 1, and an error probability above 0 and below 1.", nameof(options));
        }
    }

    private static (float[] Least, float[] Most) Range(IReadOnlyList<ColdStartExample> examples)
    {
        var rows = examples.Select(e => FeatureRow.From(e).Features).ToList();
        return (
            [.. Enumerable.Range(0, BlackoutFeatures.Count).Select(i => rows.Min(r => r[i]))],
            [.. Enumerable.Range(0, BlackoutFeatures.Count).Select(i => rows.Max(r => r[i]))]);
    }
}
