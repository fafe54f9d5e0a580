using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A device told its state, or could not be asked.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="State">The state; null if the device could not be asked, patience included.</param>
/// <param name="Trouble">Why it could not be asked; null if it answered.</param>
public sealed record StateAnswered(MigrationSide Side, int Device, DeviceState? State, string? Trouble) : EngineEvent;
