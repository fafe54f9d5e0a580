namespace Planner.Evaluation;

/// <summary>How values become positions on an axis.</summary>
internal enum AxisScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>By their logarithm.</summary>
    Log,
}
