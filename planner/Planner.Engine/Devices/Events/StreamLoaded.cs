namespace Planner.Engine;

/// <summary>A stream of the stop phase was read to its end and loaded.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Bytes">What it carried.</param>
public sealed record StreamLoaded(int Device, long Bytes) : EngineEvent;
