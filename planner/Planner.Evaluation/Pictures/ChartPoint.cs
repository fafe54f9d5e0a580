namespace Planner.Evaluation;

/// <summary>A point of a chart.</summary>
/// <param name="X">Along the horizontal axis.</param>
/// <param name="Y">Along the vertical axis.</param>
/// <param name="Low">The lower end of an interval around <paramref name="Y"/>; NaN for none.</param>
/// <param name="High">Its upper end; NaN for none.</param>
public readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN);
