using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>How a session ended, as far as that depends on who walked the devices.</summary>
/// <param name="FirstGate">The last decision of gate 1; null if none was made.</param>
/// <param name="SecondGate">The last decision of gate 2.</param>
/// <param name="Blackout">How long the guest did not run in all.</param>
/// <param name="Pause">How exactly that is known; null where the planner walked the devices.</param>
/// <param name="Noted">All that was measured.</param>
/// <param name="Compare">Puts what happened beside predicted terms.</param>
internal sealed record SessionEnding(
    GateDecision? FirstGate,
    GateDecision? SecondGate,
    TimeSpan Blackout,
    GuestPause? Pause,
    MeasurementBatch Noted,
    Func<IReadOnlyList<TermEstimate>, IReadOnlyList<TermOutcome>> Compare);
