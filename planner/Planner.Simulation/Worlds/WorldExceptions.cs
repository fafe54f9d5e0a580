namespace Planner.Simulation;

/// <summary>The simulated process was killed in the middle of what it did.</summary>
internal sealed class ProcessKilledException : Exception;

/// <summary>A simulated session comes to no end.</summary>
/// <param name="how">How, as the end of a sentence.</param>
internal sealed class WorldStuckException(string how) : Exception(how);
