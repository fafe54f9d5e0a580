using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A hypervisor tells something of itself.</summary>
/// <param name="Side">The side.</param>
/// <param name="What">What it tells.</param>
public sealed record HypervisorTold(MigrationSide Side, HypervisorEvent What) : EngineEvent;
