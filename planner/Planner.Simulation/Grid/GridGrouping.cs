namespace Planner.Simulation;

/// <summary>Which cells of a grid are counted together.</summary>
public enum GridGrouping
{
    /// <summary>All cells of one rule, limit and confidence.</summary>
    Limit,

    /// <summary>All cells of one kind of devices, rule and confidence, whatever the limit.</summary>
    Devices,

    /// <summary>Each cell by itself.</summary>
    Cell,
}
