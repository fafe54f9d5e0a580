namespace Planner.Fleet;

/// <summary>What a device of a profile adds to a blackout. Devices of a machine add up, as a hypervisor walks one after the other.</summary>
/// <param name="P50Seconds">The time of all its arcs and of loading its state, in the middle; at least 0.</param>
/// <param name="BoundSeconds">The same as a bound; at least the middle.</param>
/// <param name="StateBytes">The state that is sent while the machine stands; at least 0.</param>
public sealed record DeviceBlackout(double P50Seconds, double BoundSeconds, double StateBytes)
{
    /// <summary>No device.</summary>
    public static DeviceBlackout None { get; } = new(0, 0, 0);

    /// <summary>Both together.</summary>
    public DeviceBlackout Plus(DeviceBlackout other) => new(P50Seconds + other.P50Seconds, BoundSeconds + other.BoundSeconds, StateBytes + other.StateBytes);
}
