namespace Planner.Measurements;

/// <summary>How many different bytes were written in a window of time. Every dirty-sync gives one.</summary>
/// <param name="Length">The length of the window; above 0.</param>
/// <param name="UniqueBytes">The bytes that were written at least once; at least 0.</param>
public readonly record struct DirtyWindow(TimeSpan Length, long UniqueBytes);
