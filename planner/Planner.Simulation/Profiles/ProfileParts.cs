using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A fault of a simulated device: an arc that sometimes fails.</summary>
/// <param name="Arc">The single arc that fails.</param>
/// <param name="Errno">The error number it fails with.</param>
/// <param name="Probability">How likely each run of the arc fails, from 0 to 1.</param>
/// <param name="LeavesState">The state that the device is left in; ERROR is left only by a reset.</param>
public sealed record ArcFault(Arc Arc, Errno Errno, double Probability, DeviceState LeavesState);

/// <summary>How a device takes a deadline.</summary>
/// <param name="Shape">The shape of the call; <see cref="DeadlineShape.None"/> if the device takes none.</param>
/// <param name="Feature">The number of the private feature in shapes A and C.</param>
/// <param name="CanAbortInFlight">Whether the device gives up at the deadline in the middle of an arc. Otherwise it completes late.</param>
public sealed record DeadlineProfile(DeadlineShape Shape, ushort Feature, bool CanAbortInFlight)
{
    /// <summary>The device takes no deadline.</summary>
    public static DeadlineProfile None { get; } = new(DeadlineShape.None, VfioUserProtocol.DefaultDeadlineFeature, false);
}

/// <summary>The work that a resuming device does inside the writes to its stream.</summary>
/// <param name="Fixed">Time spent once, with the first write.</param>
/// <param name="BytesPerSecond">The rate at which written bytes are loaded; null if that takes no time.</param>
public sealed record LoadProfile(TimeSpan Fixed, double? BytesPerSecond)
{
    /// <summary>Loading takes no time.</summary>
    public static LoadProfile Instant { get; } = new(TimeSpan.Zero, null);
}

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
