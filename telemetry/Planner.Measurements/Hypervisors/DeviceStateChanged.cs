namespace Planner.Measurements;

/// <summary>A passed-through device came to another state, or is about to.</summary>
/// <param name="Device">The device: its name, or its path in the machine if it has none.</param>
/// <param name="State">The state.</param>
/// <param name="IsPreparing">Whether the arc to that state is only about to begin.</param>
public sealed record DeviceStateChanged(string Device, DeviceState State, bool IsPreparing = false) : HypervisorEvent;
