using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Tell a hypervisor something; answered by <see cref="HypervisorAnswered"/>.</summary>
/// <param name="Side">The side.</param>
/// <param name="Order">What to do.</param>
/// <param name="Value">Bytes for <see cref="HypervisorOrder.Allow"/>, percent for <see cref="HypervisorOrder.Throttle"/>; otherwise 0.</param>
public sealed record TellHypervisor(MigrationSide Side, HypervisorOrder Order, long Value = 0) : EngineCommand;
