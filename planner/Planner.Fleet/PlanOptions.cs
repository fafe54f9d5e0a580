namespace Planner.Fleet;

/// <summary>How a plan is made.</summary>
/// <param name="Seed">The seed of all chance.</param>
/// <param name="Replications">How often the plan is replayed in simulation; at least 1.</param>
public sealed record PlanOptions(ulong Seed = 1, int Replications = 1000);
