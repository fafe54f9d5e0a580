using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a walk over the arcs of a device gave.</summary>
/// <param name="Measurements">The samples, for the store.</param>
/// <param name="RoundsDone">The rounds that were completed.</param>
/// <param name="Trouble">Why the walk ended early, in one sentence; null if it did not.</param>
/// <param name="Restored">Whether the device is back in the state it was found in. If not, <paramref name="Trouble"/> says where it is.</param>
public sealed record ArcWalkResult(MeasurementBatch Measurements, int RoundsDone, string? Trouble, bool Restored);
