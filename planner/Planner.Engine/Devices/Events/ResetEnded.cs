using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A reset ended. The state has to be asked for.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Trouble">Why it failed; null if it did not.</param>
public sealed record ResetEnded(MigrationSide Side, int Device, string? Trouble) : EngineEvent;
