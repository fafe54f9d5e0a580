namespace Planner.Simulation;

/// <summary>The work that a resuming device does inside the writes to its stream.</summary>
/// <param name="Fixed">Time spent once, with the first write.</param>
/// <param name="BytesPerSecond">The rate at which written bytes are loaded; null if that takes no time.</param>
public sealed record LoadProfile(TimeSpan Fixed, double? BytesPerSecond)
{
    /// <summary>Loading takes no time.</summary>
    public static LoadProfile Instant { get; } = new(TimeSpan.Zero, null);
}
