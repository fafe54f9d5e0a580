using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>How a session ended, with all that is needed to explain it.</summary>
public sealed record SessionResult
{
    /// <summary>How it ended.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>How long the guest did not run in all, pauses that were taken back included.</summary>
    public required TimeSpan Blackout { get; init; }

    /// <summary>Whether nothing of the machine was touched: it is wherever and however it was found.</summary>
    public bool IsUntouched { get; init; }

    /// <summary>Whether the blackout is known; false where a hypervisor migrated the machine and told nothing of it, which is not the same as none.</summary>
    public bool IsBlackoutKnown { get; init; } = true;

    /// <summary>The same by what became of each pause, how exactly it is known, and what it was counted from.</summary>
    public PauseSum Pauses { get; init; } = PauseSum.None;

    /// <summary>Whether the guest was paused for longer than the limit, or may have been, whatever became of the machine.</summary>
    public bool IsOverLimit { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The deciding evaluation: the last one of gate 1, with its explanation; null if none was made.</summary>
    public ExplainedDecision? Decision { get; init; }

    /// <summary>The last evaluation of gate 2; null if none was made.</summary>
    public ExplainedDecision? SecondDecision { get; init; }

    /// <summary>The parts of the blackout, predicted beside actual, in their order; empty if nothing was evaluated.</summary>
    public IReadOnlyList<TermOutcome> Terms { get; init; } = [];

    /// <summary>The input of the deciding evaluation as JSON: <c>planner decide</c> gives the same verdict for it. Null if there was none.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The attempt as it was stored, or would have been.</summary>
    public required MigrationAttempt Attempt { get; init; }

    /// <summary>All that was measured on the way.</summary>
    public required MeasurementBatch Measurements { get; init; }

    /// <summary>Why the measurements could not be stored, or why a learned model was not used, in one sentence; null if there is nothing to say.</summary>
    public string? StoreTrouble { get; init; }
}
