using Planner.Measurements;

namespace Planner.Estimators;

/// <summary>One or more arcs of a device that were measured together, and the stages they lie in.</summary>
/// <param name="Arc">From the first state to the last; more than one single arc if it is a combination.</param>
/// <param name="First">The stage of its first single arc.</param>
/// <param name="Last">The stage of its last single arc.</param>
public readonly record struct StagedArc(Arc Arc, BlackoutStage First, BlackoutStage Last);
