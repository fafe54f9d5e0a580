namespace Planner.Estimators;

/// <summary>The arrays of a <see cref="FlatForest"/>, not checked yet: what a trainer exports and a file holds.</summary>
public sealed record FlatForestArrays
{
    /// <summary>The number of features.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>What every evaluation starts from.</summary>
    public required double Bias { get; init; }

    /// <summary>For every tree a reference to its first node: a node's number, or the complement of a leaf's.</summary>
    public required IReadOnlyList<int> Roots { get; init; }

    /// <summary>For every tree its weight.</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    /// <summary>For every node the feature that it asks for.</summary>
    public required IReadOnlyList<int> Features { get; init; }

    /// <summary>For every node the largest value with which the walk goes left.</summary>
    public required IReadOnlyList<float> Thresholds { get; init; }

    /// <summary>For every node a reference to its left child.</summary>
    public required IReadOnlyList<int> Left { get; init; }

    /// <summary>For every node a reference to its right child.</summary>
    public required IReadOnlyList<int> Right { get; init; }

    /// <summary>The values of the leaves of all trees.</summary>
    public required IReadOnlyList<double> Leaves { get; init; }
}
