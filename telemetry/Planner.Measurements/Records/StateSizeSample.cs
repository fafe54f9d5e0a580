namespace Planner.Measurements;

/// <summary>The size of a device's stop-copy data: what was expected just before, and what came.</summary>
/// <param name="DeviceClass">The device class.</param>
/// <param name="ExpectedBytes">The estimate before the commit, by the rule for the driver; null if there was none.</param>
/// <param name="ActualBytes">What the stop phase carried.</param>
/// <param name="At">When it was seen.</param>
public sealed record StateSizeSample(string DeviceClass, long? ExpectedBytes, long ActualBytes, DateTimeOffset At);
