namespace Planner.Engine;

/// <summary>Carry a device's stream from STOP_COPY to its end; answered by <see cref="StreamLoaded"/> or <see cref="StreamBroken"/>.</summary>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record StartStream(int Device) : EngineCommand;
