using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Send a device along an arc; answered by <see cref="ArcEnded"/>.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Arc">The arc. With a deadline it may be a combination transition.</param>
/// <param name="DeadlineNanoseconds">The moment on the monotonic clock by which the device has to arrive or refuse; null for no deadline.</param>
public sealed record RunArc(MigrationSide Side, int Device, Arc Arc, long? DeadlineNanoseconds) : EngineCommand;
