using Planner.Devices;

namespace Planner.Simulation;

/// <summary>How a device takes a deadline.</summary>
/// <param name="Shape">The shape of the call; <see cref="DeadlineShape.None"/> if the device takes none.</param>
/// <param name="Feature">The number of the private feature in shapes A and C.</param>
/// <param name="CanAbortInFlight">Whether the device gives up at the deadline in the middle of an arc. Otherwise it completes late.</param>
public sealed record DeadlineProfile(DeadlineShape Shape, ushort Feature, bool CanAbortInFlight)
{
    /// <summary>The device takes no deadline.</summary>
    public static DeadlineProfile None { get; } = new(DeadlineShape.None, VfioUserProtocol.DefaultDeadlineFeature, false);
}
