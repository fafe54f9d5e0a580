using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A source device was surveyed before gate 1.</summary>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="CarriedBytes">What the pre-copy round carried to the destination.</param>
/// <param name="PreCopy">What pre-copy still has to carry, where the device tells.</param>
/// <param name="DataSizeBytes">The data size that the device tells; null if it tells none.</param>
/// <param name="InitialBytes">The initial bytes before the first round, where the device tells: more than these that round cannot have
/// carried of the first data set, however much changed and was carried again meanwhile. Null in later rounds.</param>
public sealed record Surveyed(int Device, long CarriedBytes, PreCopyInfo? PreCopy, long? DataSizeBytes, long? InitialBytes = null) : EngineEvent;
