namespace Planner.Policies;

/// <summary>How many different bytes were written in a window.</summary>
/// <param name="Seconds">The window's length in seconds; above 0.</param>
/// <param name="UniqueBytes">The bytes that were written at least once; at least 0.</param>
public sealed record DirtyWindowEvidence(double Seconds, double UniqueBytes);
