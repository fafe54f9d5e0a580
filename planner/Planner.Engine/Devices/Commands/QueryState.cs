using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Ask a device for its state; answered by <see cref="StateAnswered"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record QueryState(MigrationSide Side, int Device) : EngineCommand;
