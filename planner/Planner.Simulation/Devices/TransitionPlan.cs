using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>What a command to change the state does: everything is known when it begins.</summary>
/// <param name="Arcs">The single arcs that are run, the one that failed or was aborted included.</param>
/// <param name="Outcome">How the command ends.</param>
/// <param name="Errno">The error number: EINVAL for a refused transition, ETIME, ETIMEDOUT, or that of a fault.</param>
/// <param name="FinalState">The state of the device afterwards.</param>
/// <param name="EndNanoseconds">When the command ends.</param>
/// <param name="PredictedNanoseconds">What the device itself expected for the whole path; 0 where the transition was refused.</param>
public sealed record TransitionPlan(
    ImmutableArray<PlannedArc> Arcs,
    ArcOutcome Outcome,
    Errno Errno,
    DeviceState FinalState,
    long EndNanoseconds,
    long PredictedNanoseconds);
