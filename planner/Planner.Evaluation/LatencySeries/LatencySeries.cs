namespace Planner.Evaluation;

/// <summary>A recorded series of latencies of one operation.</summary>
/// <param name="Name">The file's name without its extensions.</param>
/// <param name="Seconds">The latencies in order of time; positive and finite.</param>
/// <param name="Skipped">The lines that were left out.</param>
public sealed record LatencySeries(string Name, IReadOnlyList<double> Seconds, IReadOnlyList<SkippedLine> Skipped);
