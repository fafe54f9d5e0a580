namespace Planner.Cli;

/// <summary>What the figures of workloads are gathered by, beside rule, limit and confidence.</summary>
internal enum Grouping
{
    /// <summary>Nothing more: all cells of the grid together.</summary>
    None,

    /// <summary>The kind of devices.</summary>
    Group,

    /// <summary>Each cell: memory, link and devices.</summary>
    Cell,
}
