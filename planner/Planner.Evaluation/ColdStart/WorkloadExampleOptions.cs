namespace Planner.Evaluation;

/// <summary>How many examples are drawn from workloads, and which.</summary>
public sealed record WorkloadExampleOptions
{
    /// <summary>The seed of all chance; the same seed gives the same examples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Kinds of machines that are drawn, each a group of its own; at least 1.</summary>
    public int Groups { get; init; } = 1000;

    /// <summary>Migrations of each kind; at least 1. Those of one kind are alike: more kinds teach more than more migrations.</summary>
    public int RowsPerGroup { get; init; } = 2;
}
