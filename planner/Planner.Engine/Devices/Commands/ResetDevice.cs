using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Reset a device; answered by <see cref="ResetEnded"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record ResetDevice(MigrationSide Side, int Device) : EngineCommand;
