namespace Planner.Evaluation;

/// <summary>Memory that is rewritten at random.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="TimeConstantSeconds">The mean time between two writes of the same page; above 0.</param>
public sealed record MemoryClass(long Bytes, double TimeConstantSeconds);
