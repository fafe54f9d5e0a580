namespace Planner.Simulation;

/// <summary>What a device offers on its stream while it still runs.</summary>
/// <param name="InitialBytes">The first data set. These bytes are part of the state's size.</param>
/// <param name="DirtyBytesPerSecond">The rate at which bytes that were read change again.</param>
/// <param name="DirtyCapBytes">The most bytes that are dirty at a time: the device's working set.</param>
/// <param name="ReinitProbability">How likely the device starts again with a new initial data set each time its
/// reader reaches the temporary end (REINIT).</param>
public sealed record PreCopyProfile(long InitialBytes, double DirtyBytesPerSecond, long DirtyCapBytes, double ReinitProbability)
{
    /// <summary>A device whose stream holds nothing before STOP_COPY.</summary>
    public static PreCopyProfile Nothing { get; } = new(0, 0, 0, 0);
}
