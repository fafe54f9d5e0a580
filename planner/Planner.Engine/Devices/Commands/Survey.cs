namespace Planner.Engine;

/// <summary>Look at a source device before gate 1: in PRE_COPY carry a round to the destination, then ask for what is left and for the
/// data size. Answered by <see cref="Surveyed"/> or <see cref="StreamBroken"/>.</summary>
/// <param name="Device">The index of the device in the plan.</param>
public sealed record Survey(int Device) : EngineCommand;
