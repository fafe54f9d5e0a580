using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A passed-through device came to a state, or was about to.</summary>
/// <param name="Side">On which side.</param>
/// <param name="Device">The device.</param>
/// <param name="State">The state.</param>
/// <param name="IsPreparing">Whether the arc was only about to begin.</param>
/// <param name="At">When.</param>
public readonly record struct DeviceMove(MigrationSide Side, string Device, DeviceState State, bool IsPreparing, SwitchoverMoment At);
