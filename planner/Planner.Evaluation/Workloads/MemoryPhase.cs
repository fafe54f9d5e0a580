namespace Planner.Evaluation;

/// <summary>A stretch of time in which memory is written faster or slower.</summary>
/// <param name="Seconds">How long it lasts; above 0.</param>
/// <param name="Scale">The factor on all write rates; at least 0.</param>
public sealed record MemoryPhase(double Seconds, double Scale);
