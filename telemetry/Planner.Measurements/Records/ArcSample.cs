namespace Planner.Measurements;

/// <summary>One arc that a device ran.</summary>
/// <param name="Device">The device's name or address.</param>
/// <param name="DeviceClass">The class whose members share latencies.</param>
/// <param name="Arc">The arc.</param>
/// <param name="Duration">From the command to its answer.</param>
/// <param name="Outcome">How it ended. Only completed arcs are evidence about latency.</param>
/// <param name="At">When it ended.</param>
public sealed record ArcSample(string Device, string DeviceClass, Arc Arc, TimeSpan Duration, ArcOutcome Outcome, DateTimeOffset At);
