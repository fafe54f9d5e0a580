using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>What happens on one single arc of a command.</summary>
/// <param name="Arc">The arc.</param>
/// <param name="StartNanoseconds">When it begins.</param>
/// <param name="EndNanoseconds">When it ends, in whatever way.</param>
/// <param name="Outcome">Completed, CompletedLate, AbortedInFlight or Failed.</param>
/// <param name="FinalState">The state of the device afterwards.</param>
public readonly record struct PlannedArc(
    Arc Arc, long StartNanoseconds, long EndNanoseconds, ArcOutcome Outcome, DeviceState FinalState)
{
    /// <summary>The time that the arc takes.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks((EndNanoseconds - StartNanoseconds) / TimeSpan.NanosecondsPerTick);
}

/// <summary>What a run of an arc will be like.</summary>
/// <param name="DurationNanoseconds">The time it takes if nothing cuts it short.</param>
/// <param name="Fault">The fault that strikes at its end; null if it succeeds.</param>
internal readonly record struct ForetoldArc(long DurationNanoseconds, ArcFault? Fault);

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

/// <summary>What a random number of a simulated device is for; each kind has numbers of its own.</summary>
internal enum DrawKind
{
    Latency,
    Fault,
    StateSize,
    Reinit,
    GuestValue,
    Content,
}
