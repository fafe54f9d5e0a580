using Planner.Estimators;

namespace Planner.Learning;

/// <summary>Judges the learned model against simple estimators on groups that none of them was fitted to.</summary>
/// <remarks>
/// Cross-validation over five parts of whole groups: three are fitted to, one gives every estimator its margin, one tests. So every group is tested
/// once. The loss is the pinball loss of ln seconds, a proper score for a quantile (Gneiting and Raftery, Strictly proper scoring rules, 2007) under
/// which a factor counts alike for short and long blackouts. The model is accepted if it is better than each simple estimator at each quantile,
/// each time by a paired test over groups. Since all tests must agree, the error probability of the whole is that of one (Berger, Multiparameter
/// hypothesis testing, 1982), and an unsure judgement is a refusal.
/// </remarks>
internal static class ColdStartJudge
{
    /// <summary>The fewest groups that can be judged: 2 in each part.</summary>
    public const int FewestGroups = 2 * GroupFolds.Count;

    /// <summary>Judges.</summary>
    public static ColdStartJudgement Judge(GroupFolds folds, ColdStartOptions options)
    {
        double[] levels = [0.5, options.UpperLevel];
        if (Shortage(folds, options) is { } shortage)
        {
            return new ColdStartJudgement(false, $"Refused: {shortage}.", []);
        }

        var losses = Enumerable.Range(0, GroupFolds.Count).SelectMany(test => Losses(folds, test, levels, options)).ToList();
        var comparisons = new List<ColdStartComparison>();
        for (var simple = 1; simple < losses[0].Names.Length; simple++)
        {
            for (var level = 0; level < levels.Length; level++)
            {
                comparisons.Add(new ColdStartComparison(
                    losses[0].Names[simple],
                    levels[level],
                    losses.Average(g => g.Of[0, level]),
                    losses.Average(g => g.Of[simple, level]),
                    SignFlipTest.ErrorProbability([.. losses.Select(g => g.Of[simple, level] - g.Of[0, level])], options.Seed)));
            }
        }

        var worst = comparisons.MaxBy(c => c.ErrorProbability)!;
        var isAccepted = worst.ErrorProbability <= options.ErrorProbability;
        return new ColdStartJudgement(isAccepted, Sentence(isAccepted, losses.Count, comparisons, worst, options), comparisons);
    }

    private static string? Shortage(GroupFolds folds, ColdStartOptions options)
    {
        if (folds.GroupCount < FewestGroups)
        {
            return $"{folds.GroupCount} groups of examples are too few to hold some back, and {FewestGroups} are needed";
        }

        var need = ScoreTable.RequiredScores(1 - options.UpperLevel);
        var fewest = Enumerable.Range(0, GroupFolds.Count).Min(f => folds.Part(f).Count);
        return fewest < need ? $"a fifth of the groups has {fewest} examples, and a margin at {options.UpperLevel:P0} needs {need}" : null;
    }

    /// <summary>The losses of every group of one part: learned model first, then the simple estimators.</summary>
    private static IEnumerable<(string[] Names, double[,] Of)> Losses(GroupFolds folds, int test, double[] levels, ColdStartOptions options)
    {
        var margin = (test + 1) % GroupFolds.Count;
        var fitted = folds.Without(test, margin);
        IPointPredictor[] predictors = [new ForestPredictor(ForestTrainer.Train(fitted, options)), new BytesPredictor(fitted), new MedianPredictor(fitted)];
        var names = predictors.Select(p => p.Name).ToArray();
        var scores = predictors.Select(p => Margin(p, folds.Part(margin))).ToArray();
        foreach (var group in folds.Part(test).GroupBy(e => e.Group, StringComparer.Ordinal))
        {
            var losses = new double[predictors.Length, levels.Length];
            for (var p = 0; p < predictors.Length; p++)
            {
                for (var l = 0; l < levels.Length; l++)
                {
                    var factor = l == 0 ? scores[p].Median : scores[p].Bound(1 - levels[l]);
                    losses[p, l] = group.Average(e => Pinball(levels[l], Math.Log(e.ActualSeconds), Math.Log(factor * predictors[p].Seconds(e.Features))));
                }
            }

            yield return (names, losses);
        }
    }

    internal static ConformalMargin Margin(IPointPredictor predictor, IReadOnlyList<ColdStartExample> examples) =>
        new(examples.Take(ConformalMargin.MaximumScores).Select(e => e.ActualSeconds / predictor.Seconds(e.Features)));

    private static double Pinball(double level, double actual, double quantile) =>
        actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);

    private static string Sentence(bool isAccepted, int groups, List<ColdStartComparison> comparisons, ColdStartComparison worst, ColdStartOptions options)
    {
        var figures = string.Join("; ", comparisons.GroupBy(c => c.Level).Select(level =>
            $"at {level.Key:P0} its loss is {level.First().LearnedLoss:0.000}, and {string.Join(", ", level.Select(c => $"{c.SimpleLoss:0.000} of the {c.Against}"))}"));
        var verdict = isAccepted
            ? $"Accepted: on {groups} groups that it had not seen it beats every simple estimator, with an error probability of at most {options.ErrorProbability:P0}"
            : $"Refused: on {groups} groups that it had not seen it is not shown to beat the {worst.Against} at {worst.Level:P0} (p = {worst.ErrorProbability:0.0000}, and at most {options.ErrorProbability} is asked for)";
        return $"{verdict}; {figures}.";
    }
}
