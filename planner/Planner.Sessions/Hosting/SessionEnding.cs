using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>How a session ended, as far as that depends on who walked the devices.</summary>
/// <param name="FirstGate">The last decision of gate 1; null if none was made.</param>
/// <param name="SecondGate">The last decision of gate 2.</param>
/// <param name="Noted">All that was measured, without attempts.</param>
/// <param name="Compare">Puts what happened beside predicted terms.</param>
internal sealed record SessionEnding(
    GateDecision? FirstGate,
    GateDecision? SecondGate,
    MeasurementBatch Noted,
    Func<IReadOnlyList<TermEstimate>, IReadOnlyList<TermOutcome>> Compare)
{
    /// <summary>The blackouts beside what was predicted for them.</summary>
    public IReadOnlyList<BlackoutSample> Scores { get; init; } = [];

    /// <summary>What was moved.</summary>
    public AttemptTraffic Traffic { get; init; } = new();

    /// <summary>Whether the blackout is known; not knowing it is not the same as none.</summary>
    public bool IsBlackoutKnown { get; init; } = true;
}
