namespace Planner.Simulation;

/// <summary>What a run of an arc will be like.</summary>
/// <param name="DurationNanoseconds">The time it takes if nothing cuts it short.</param>
/// <param name="Fault">The fault that strikes at its end; null if it succeeds.</param>
public readonly record struct ForetoldArc(long DurationNanoseconds, ArcFault? Fault);
