using Planner.Evidence;

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

    /// <summary>Whether the samples of terms are of all machines of the class. They predict, but no sum of their bounds carries a commit: they would have to be widened by what
    /// machines differ, and which sample is of which is not known.</summary>
    public bool TermsOfLikeMachines { get; init; }

    /// <summary>Where the machine and its past blackouts are, as the end of a sentence, such as <c>on host pair a-b</c>; null if not stated.</summary>
    public string? Place { get; init; }

    /// <summary>Past blackouts of this machine beside their predictions, oldest first.</summary>
    public IReadOnlyList<PastBlackout> PastBlackouts { get; init => field = value ?? []; } = [];

    /// <summary>The same from gate 2 on: prediction and outcome of what was left once everything was quiesced.</summary>
    public IReadOnlyList<PastBlackout> PastBlackoutsAfterQuiesce { get; init => field = value ?? []; } = [];

    /// <summary>Past blackouts of machines like it: of each group one, which it had after as many of its own as <see cref="PastBlackouts"/> holds. They count
    /// while those are too few for a bound. Null for none.</summary>
    public IReadOnlyList<PastBlackout>? PastBlackoutsOfLikeMachines { get; init => field = value is { Count: > 0 } ? value : null; }

    /// <summary>The same from gate 2 on, beside <see cref="PastBlackoutsAfterQuiesce"/>.</summary>
    public IReadOnlyList<PastBlackout>? PastBlackoutsOfLikeMachinesAfterQuiesce { get; init => field = value is { Count: > 0 } ? value : null; }

    /// <summary>Whether other work has the host's processors busy now.</summary>
    public bool HostIsBusy { get; init; }

    /// <summary>Past blackouts of this machine while other work had the host busy; <see cref="PastBlackouts"/> has none of them. Null for none.</summary>
    public IReadOnlyList<PastBlackout>? PastBlackoutsOnBusyHost { get; init => field = value is { Count: > 0 } ? value : null; }

    /// <summary>The same from gate 2 on, beside <see cref="PastBlackoutsAfterQuiesce"/>.</summary>
    public IReadOnlyList<PastBlackout>? PastBlackoutsOnBusyHostAfterQuiesce { get; init => field = value is { Count: > 0 } ? value : null; }

    /// <summary>What a model learned from other machines guesses; it counts only while samples of a term are missing altogether. Null without such a guess.</summary>
    public FirstGuess? FirstGuess { get; init; }
}
