using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Planner.Estimators;

namespace Planner.Learning;

/// <summary>Fits trees to ln seconds with Microsoft.ML's FastTree, and hands them over as flat arrays.</summary>
internal static class ForestTrainer
{
    /// <summary>Fits a forest. One thread and a fixed seed: the same rows always give the same trees.</summary>
    public static FlatForest Train(IReadOnlyList<ColdStartExample> examples, ColdStartOptions options) => Export(Fit(examples, options).Library.Model);

    /// <summary>Fits the trees as the library has them.</summary>
    public static (MLContext Context, RegressionPredictionTransformer<FastTreeRegressionModelParameters> Library) Fit(IReadOnlyList<ColdStartExample> examples, ColdStartOptions options)
    {
        var context = new MLContext(options.Seed);
        var data = context.Data.LoadFromEnumerable(examples.Select(FeatureRow.From).ToArray());
        var trainer = context.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options
        {
            NumberOfTrees = options.Trees,
            NumberOfLeaves = options.Leaves,
            MinimumExampleCountPerLeaf = options.RowsPerLeaf,
            LearningRate = 0.1,
            NumberOfThreads = 1,
            Seed = options.Seed,
        });
        return (context, trainer.Fit(data));
    }

    /// <summary>Copies the trees into flat arrays: the numbers of nodes and leaves run on from tree to tree.</summary>
    public static FlatForest Export(FastTreeRegressionModelParameters model)
    {
        var ensemble = model.TrainedTreeEnsemble;
        var (roots, features, thresholds, left, right, leaves) = (new List<int>(), new List<int>(), new List<float>(), new List<int>(), new List<int>(), new List<double>());
        foreach (var tree in ensemble.Trees)
        {
            var (firstNode, firstLeaf) = (features.Count, leaves.Count);
            int Shift(int reference) => reference >= 0 ? firstNode + reference : ~(firstLeaf + ~reference);
            roots.Add(tree.NumberOfNodes > 0 ? firstNode : ~firstLeaf);
            features.AddRange(tree.NumericalSplitFeatureIndexes.Take(tree.NumberOfNodes));
            thresholds.AddRange(tree.NumericalSplitThresholds.Take(tree.NumberOfNodes));
            left.AddRange(tree.LeftChild.Take(tree.NumberOfNodes).Select(Shift));
            right.AddRange(tree.RightChild.Take(tree.NumberOfNodes).Select(Shift));
            leaves.AddRange(tree.LeafValues.Take(tree.NumberOfLeaves));
        }

        return new FlatForest(new FlatForestArrays
        {
            FeatureCount = BlackoutFeatures.Count,
            Bias = ensemble.Bias,
            Roots = roots,
            Weights = ensemble.TreeWeights,
            Features = features,
            Thresholds = thresholds,
            Left = left,
            Right = right,
            Leaves = leaves,
        });
    }
}
