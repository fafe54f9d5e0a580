namespace Planner.Cli;

/// <summary>What a machine wrote in a window, as JSON.</summary>
/// <param name="Seconds">The window's length.</param>
/// <param name="UniqueBytes">The bytes that were written at least once.</param>
internal sealed record MachineDirtyWindow(double Seconds, long UniqueBytes);
