using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Tell a hypervisor something; answered by <see cref="HypervisorAnswered"/>.</summary>
/// <param name="Side">The side.</param>
/// <param name="Order">What to do.</param>
/// <param name="Value">Bytes for <see cref="HypervisorOrder.Allow"/>, percent for <see cref="HypervisorOrder.Throttle"/>, 1 for a
/// <see cref="HypervisorOrder.Prepare"/> of a source that may be slowed down; otherwise 0.</param>
public sealed record TellHypervisor(MigrationSide Side, HypervisorOrder Order, long Value = 0) : EngineCommand;
