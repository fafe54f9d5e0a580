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
