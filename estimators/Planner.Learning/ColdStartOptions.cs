namespace Planner.Learning;

/// <summary>How a cold-start model is trained and judged.</summary>
public sealed record ColdStartOptions
{
    /// <summary>The seed of the trainer, of the split and of the test. Same examples and same seed, same model.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The number of trees; 1 to 1000.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>The most leaves of a tree; 2 to 100.</summary>
    public int Leaves { get; init; } = 16;

    /// <summary>The fewest examples in a leaf; at least 1.</summary>
    public int RowsPerLeaf { get; init; } = 5;

    /// <summary>The upper quantile that is judged beside the median; in (0.5, 1).</summary>
    public double UpperLevel { get; init; } = 0.9;

    /// <summary>The probability of accepting a model that is no better than a simple estimator; in (0, 1).</summary>
    public double ErrorProbability { get; init; } = 0.05;

    /// <summary>When the training takes place.</summary>
    public DateTimeOffset At { get; init; }
}
