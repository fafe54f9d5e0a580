namespace Planner.Cli;

/// <summary>A point of a chart.</summary>
/// <param name="X">Its place on the first axis.</param>
/// <param name="Y">Its place on the second axis.</param>
/// <param name="Low">The lower end of its interval; null for none.</param>
/// <param name="High">The upper end of its interval; null for none.</param>
internal readonly record struct SvgPoint(double X, double Y, double? Low = null, double? High = null);
