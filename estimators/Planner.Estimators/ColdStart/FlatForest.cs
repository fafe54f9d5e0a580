namespace Planner.Estimators;

/// <summary>An ensemble of regression trees as flat arrays: evaluated without the library that trained it, and without allocation. Immutable.</summary>
/// <remarks>
/// The value is bias + sum of weight * leaf over the trees. At a node the walk goes left if the feature is at most the threshold, otherwise, and
/// for NaN, right. A reference of at least 0 is a node; a negative one is the complement of a leaf. The arrays may come from a file, so they are
/// checked in full: every node and every leaf has exactly one reference, and a child comes after its parent. Hence there are no cycles, and
/// every walk ends.
/// </remarks>
public sealed class FlatForest
{
    /// <summary>The most trees.</summary>
    public const int MaximumTrees = 1000;

    /// <summary>The most nodes of all trees together.</summary>
    public const int MaximumNodes = 100_000;

    /// <summary>The most features.</summary>
    public const int MaximumFeatures = 64;

    private readonly int[] _roots;
    private readonly double[] _weights;
    private readonly int[] _features;
    private readonly float[] _thresholds;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _leaves;

    /// <summary>Takes over the arrays of a forest.</summary>
    /// <exception cref="ModelFormatException">They are no forest.</exception>
    public FlatForest(FlatForestArrays arrays)
    {
        (_roots, _weights) = ([.. arrays.Roots], [.. arrays.Weights]);
        (_features, _thresholds, _left, _right) = ([.. arrays.Features], [.. arrays.Thresholds], [.. arrays.Left], [.. arrays.Right]);
        _leaves = [.. arrays.Leaves];
        (FeatureCount, Bias) = (arrays.FeatureCount, arrays.Bias);
        CheckSizes();
        CheckNumbers();
        CheckReferences();
    }

    /// <summary>The number of features it looks at.</summary>
    public int FeatureCount { get; }

    /// <summary>The number of trees.</summary>
    public int TreeCount => _roots.Length;

    /// <summary>The number of nodes of all trees together.</summary>
    public int NodeCount => _features.Length;

    /// <summary>What every evaluation starts from.</summary>
    public double Bias { get; }

    /// <summary>A copy of the arrays.</summary>
    public FlatForestArrays ToArrays() => new()
    {
        FeatureCount = FeatureCount,
        Bias = Bias,
        Roots = [.. _roots],
        Weights = [.. _weights],
        Features = [.. _features],
        Thresholds = [.. _thresholds],
        Left = [.. _left],
        Right = [.. _right],
        Leaves = [.. _leaves],
    };

    /// <summary>The value of the ensemble. Allocates nothing.</summary>
    /// <param name="features">The features, <see cref="FeatureCount"/> of them.</param>
    public double Evaluate(ReadOnlySpan<float> features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Length, FeatureCount, nameof(features));
        var sum = 0.0;
        for (var tree = 0; tree < _roots.Length; tree++)
        {
            var at = _roots[tree];
            while (at >= 0)
            {
                at = features[_features[at]] <= _thresholds[at] ? _left[at] : _right[at];
            }

            sum += _weights[tree] * _leaves[~at];
        }

        return sum + Bias;
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new ModelFormatException(problem);
        }
    }

    private void CheckSizes()
    {
        var nodes = _features.Length;
        Require(FeatureCount is >= 1 and <= MaximumFeatures, $"it has {FeatureCount} features, and 1 to {MaximumFeatures} are possible");
        Require(_roots.Length <= MaximumTrees, $"it has {_roots.Length} trees, and at most {MaximumTrees} are possible");
        Require(_weights.Length == _roots.Length, "its trees and their weights differ in number");
        Require(nodes <= MaximumNodes, $"it has {nodes} nodes, and at most {MaximumNodes} are possible");
        Require(_thresholds.Length == nodes && _left.Length == nodes && _right.Length == nodes, "the arrays of its nodes differ in length");
        Require(_leaves.Length == nodes + _roots.Length, "its leaves do not match its nodes in number");
    }

    private void CheckNumbers()
    {
        Require(double.IsFinite(Bias) && _weights.All(double.IsFinite) && _leaves.All(double.IsFinite), "it holds a value that is not finite");
        Require(_thresholds.All(float.IsFinite), "it holds a threshold that is not finite");
        Require(_features.All(f => f >= 0 && f < FeatureCount), "a node asks for a feature that does not exist");
    }

    /// <summary>One reference each, from an earlier place: what is left can only be trees.</summary>
    private void CheckReferences()
    {
        var nodes = new bool[_features.Length];
        var leaves = new bool[_leaves.Length];
        foreach (var root in _roots)
        {
            Take(root, -1);
        }

        for (var node = 0; node < _features.Length; node++)
        {
            Take(_left[node], node);
            Take(_right[node], node);
        }

        Require(nodes.All(seen => seen) && leaves.All(seen => seen), "a node or a leaf belongs to no tree");

        void Take(int reference, int parent)
        {
            var seen = reference >= 0 ? nodes : leaves;
            var index = reference >= 0 ? reference : ~reference;
            Require(index < seen.Length, "a node refers to one that does not exist");
            Require(reference < 0 || reference > parent, "a node refers back to an earlier one");
            Require(!seen[index], "two nodes refer to the same one");
            seen[index] = true;
        }
    }
}
