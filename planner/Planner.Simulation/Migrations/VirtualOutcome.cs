using Planner.Engine;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>How a virtual migration ended.</summary>
/// <param name="Outcome">How the engine ended it.</param>
/// <param name="Reason">The engine's sentence.</param>
/// <param name="Blackout">How long the guest did not run in all.</param>
/// <param name="EndedNanoseconds">When it ended, in virtual time.</param>
/// <param name="Decisions">Every decision that was reported, in order.</param>
/// <param name="BrokenInvariants">What must never happen and did; empty if all is well.</param>
internal sealed record VirtualOutcome(
    MigrationOutcome Outcome,
    string Reason,
    TimeSpan Blackout,
    long EndedNanoseconds,
    IReadOnlyList<GateDecision> Decisions,
    IReadOnlyList<string> BrokenInvariants);
