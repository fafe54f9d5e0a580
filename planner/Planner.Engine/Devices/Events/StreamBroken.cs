using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A pre-copy round or a stream of the stop phase ended early. Nothing of it is under way any more.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Side">The side that failed; its state has to be asked for.</param>
/// <param name="Reason">Why.</param>
public sealed record StreamBroken(int Device, MigrationSide Side, string Reason) : EngineEvent;
