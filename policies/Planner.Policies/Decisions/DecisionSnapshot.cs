namespace Planner.Policies;

/// <summary>Everything a decision is made from: the input of <c>planner decide</c>. Every part may be missing; the decision says what it lacks.</summary>
/// <remarks>The lists and names of the snapshot's parts take null for empty: the generated JSON reader hands null for what is missing.</remarks>
public sealed record DecisionSnapshot
{
    /// <summary>What is promised; null if not stated.</summary>
    public SlaTerms? Sla { get; init; }

    /// <summary>The machine's memory; null if no memory is migrated.</summary>
    public RamEvidence? Ram { get; init; }

    /// <summary>Past transfers of the stop phase; null if none is known.</summary>
    public TransferEvidence? Transfer { get; init; }

    /// <summary>The machine's devices.</summary>
    public IReadOnlyList<DeviceEvidence> Devices { get; init => field = value ?? []; } = [];

    /// <summary>Whether one device is walked after the other, as QEMU does, so that their arcs add up. Otherwise all walk at once and the slowest counts.</summary>
    public bool DevicesInSeries { get; init; }

    /// <summary>Whether the arcs of devices were never told apart from the rest, so that no sum of parts carries a commit, and only whole blackouts do.</summary>
    public bool WholeOnly { get; init; }

    /// <summary>Past blackouts of this class beside their predictions, oldest first.</summary>
    public IReadOnlyList<PastBlackout> PastBlackouts { get; init => field = value ?? []; } = [];

    /// <summary>The same from gate 2 on: prediction and outcome of what was left once everything was quiesced.</summary>
    public IReadOnlyList<PastBlackout> PastBlackoutsAfterQuiesce { get; init => field = value ?? []; } = [];

    /// <summary>What a model learned from other machines guesses; it counts only while samples of a term are missing altogether. Null without such a guess.</summary>
    public FirstGuess? FirstGuess { get; init; }
}
