using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>A decision with everything needed to repeat and to explain it.</summary>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Moment">The moment it was made for.</param>
/// <param name="Evaluator">What made it.</param>
/// <param name="AtNanoseconds">When, on the monotonic clock.</param>
public sealed record GateDecision(int Gate, Decision Decision, DecisionMoment Moment, SwitchoverEvaluator Evaluator, long AtNanoseconds)
{
    /// <summary>Whether the link was calm then; null where nobody looked at it.</summary>
    public bool? WasCalm { get; init; }

    /// <summary>Whether other work had the host busy then; null where nobody looked.</summary>
    public bool? HostWasBusy { get; init; }

    /// <summary>What is to be said beside the decision, as sentences after a blank; null if nothing is.</summary>
    public string? Note { get; init; }

    /// <summary>The input of the decision: an evaluator that is prepared from it decides the same, to the digit.</summary>
    /// <remarks>It is the evaluator's snapshot, moved to the moment that was decided about. Gate 2 decides on the tables of gate 1, with every device in its
    /// P2P state.</remarks>
    public DecisionSnapshot Input()
    {
        var snapshot = Evaluator.Snapshot;
        return snapshot with
        {
            Sla = (snapshot.Sla ?? new SlaTerms()) with { ElapsedSeconds = Moment.ElapsedSeconds, PausedSeconds = Moment.PausedSeconds },
            Ram = snapshot.Ram is { } ram ? ram with { RemainingBytes = Moment.RamRemainingBytes } : null,
            Devices = Gate == 1
                ? snapshot.Devices
                : [.. snapshot.Devices.Select(d => d with { State = (d.State == DeviceState.PreCopy.Name() ? DeviceState.PreCopyP2P : DeviceState.RunningP2P).Name() })],
        };
    }
}
