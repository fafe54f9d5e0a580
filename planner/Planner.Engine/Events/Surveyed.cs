using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A source device was surveyed before gate 1.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="CarriedBytes">What the pre-copy round carried to the destination.</param>
/// <param name="PreCopy">What pre-copy still has to carry, where the device tells.</param>
/// <param name="DataSizeBytes">The data size that the device tells; null if it tells none.</param>
public sealed record Surveyed(int Device, long CarriedBytes, PreCopyInfo? PreCopy, long? DataSizeBytes) : EngineEvent;
