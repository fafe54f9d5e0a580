using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A device answered to an arc.</summary>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">The index of the device in the plan.</param>
/// <param name="Arc">The arc that was sent.</param>
/// <param name="Result">The answer.</param>
public sealed record ArcEnded(MigrationSide Side, int Device, Arc Arc, ArcResult Result) : EngineEvent;
