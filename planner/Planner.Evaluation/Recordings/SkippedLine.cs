namespace Planner.Evaluation;

/// <summary>A line of a recording that was left out.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SkippedLine(long Line, string Reason);
