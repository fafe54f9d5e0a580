namespace Planner.Estimators;

/// <summary>Where the fixed part of a transfer was learned from.</summary>
public enum FixedPartSource
{
    /// <summary>The stop phases hardly differ in bytes and none was nearly empty: the fixed part cannot be told from the rest and is taken as 0.</summary>
    Unknown,

    /// <summary>The intercept of a line through stop phases of different sizes.</summary>
    Line,

    /// <summary>Stop phases that carried next to nothing.</summary>
    EmptyStopPhases,
}
