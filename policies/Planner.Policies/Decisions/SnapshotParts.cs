namespace Planner.Policies;

/// <summary>The part of an SLA that a decision needs, and how far the migration is.</summary>
public sealed record SlaTerms
{
    /// <summary>The confidence that is meant where none is stated.</summary>
    public const double DefaultConfidence = 0.99;

    private const double LeastAllowedMisses = 1e-12;

    /// <summary>The SLA class's name, for messages; null if not stated.</summary>
    public string? Class { get; init; }

    /// <summary>The longest blackout that is promised, in seconds; above 0.</summary>
    public double? BlackoutLimitSeconds { get; init; }

    /// <summary>The share of commits that must keep the limit; in (0, 1). Null means 0.99.</summary>
    public double? Confidence { get; init; }

    /// <summary>The share of commits that may miss the limit. A confidence so near to 1 that nothing is left of its distance counts as the highest that has one.</summary>
    public double AllowedMisses => Math.Max(LeastAllowedMisses, Math.Round(1 - (Confidence ?? DefaultConfidence), 12));

    /// <summary>What to do while the evidence supports no bound. Null means <see cref="InsufficientEvidenceAction.Stay"/>.</summary>
    public InsufficientEvidenceAction? WhenEvidenceIsInsufficient { get; init; }

    /// <summary>The time that the whole migration may take, in seconds; null for no limit.</summary>
    public double? CompleteWithinSeconds { get; init; }

    /// <summary>How long the migration has run, in seconds; at least 0.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>How long the guest has been paused already in this blackout, in seconds; above 0 only at gate 2.</summary>
    public double PausedSeconds { get; init; }

    /// <summary>The blackout time that the error budget still allows, in seconds; null for no budget.</summary>
    public double? ErrorBudgetRemainingSeconds { get; init; }

    /// <summary>The lowest dirty rate to which the policy allows the machine to be limited, in bytes per second; null if it may not be limited.</summary>
    public double? DirtyRateFloorBytesPerSecond { get; init; }
}

/// <summary>What an SLA class asks for while the evidence supports no bound.</summary>
public enum InsufficientEvidenceAction
{
    /// <summary>Stay RUNNING.</summary>
    Stay,

    /// <summary>Decide on the worst cases that the profiles state.</summary>
    WorstCase,

    /// <summary>Decide on the model's quantile, which has no finite-sample claim.</summary>
    Accept,
}

/// <summary>The machine's memory at the moment of the decision.</summary>
public sealed record RamEvidence
{
    /// <summary>The bytes that still have to be sent; at least 0.</summary>
    public long? RemainingBytes { get; init; }

    /// <summary>Windows of observation, oldest first.</summary>
    public IReadOnlyList<DirtyWindowEvidence> DirtyWindows { get; init => field = value ?? []; } = [];
}

/// <summary>How many different bytes were written in a window.</summary>
/// <param name="Seconds">The window's length in seconds; above 0.</param>
/// <param name="UniqueBytes">The bytes that were written at least once; at least 0.</param>
public sealed record DirtyWindowEvidence(double Seconds, double UniqueBytes);

/// <summary>Past transfers of the stop phase over this link.</summary>
public sealed record TransferEvidence
{
    /// <summary>The part that does not grow with the bytes, in seconds, oldest first; each at least 0.</summary>
    public IReadOnlyList<double> FixedSeconds { get; init => field = value ?? []; } = [];

    /// <summary>The mean rate of each transfer, in bytes per second, oldest first; each above 0.</summary>
    public IReadOnlyList<double> BytesPerSecond { get; init => field = value ?? []; } = [];
}

/// <summary>One device at the moment of the decision, with what is known about its class.</summary>
public sealed record DeviceEvidence
{
    /// <summary>The device's name in the machine.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The class whose members share latencies.</summary>
    public string? Class { get; init; }

    /// <summary>The state now, by its uAPI name; null means RUNNING.</summary>
    public string? State { get; init; }

    /// <summary>The migration capabilities, by their uAPI names.</summary>
    public IReadOnlyList<string> Flags { get; init => field = value ?? []; } = [];

    /// <summary>Those of the device on the destination; empty if they are the same.</summary>
    public IReadOnlyList<string> DestinationFlags { get; init => field = value ?? []; } = [];

    /// <summary>The bytes that the stop phase will carry for it; null if not known.</summary>
    public long? StateBytes { get; init; }

    /// <summary>The most that a stop phase is known to have carried for a device of the class, in bytes; null if none is known.</summary>
    public long? LargestStateBytes { get; init; }

    /// <summary>What pre-copy has carried of the device's first data set in this migration, in bytes; null if there is no pre-copy.</summary>
    public long? PreCopiedBytes { get; init; }

    /// <summary>The most that it is known to have carried of the first data set for a device of the class, in bytes; null if none is known.</summary>
    public long? LargestPreCopiedBytes { get; init; }

    /// <summary>Past actual / expected sizes of the class, oldest first; empty if <see cref="StateBytes"/> is exact.</summary>
    public IReadOnlyList<double> StateSizeRatios { get; init => field = value ?? []; } = [];

    /// <summary>How long reading the state out of the device and loading it took in past stop phases beyond what the link took, for a state of the expected
    /// size; in seconds, oldest first. Empty if that is part of the transfer's rate.</summary>
    public IReadOnlyList<double> StateSeconds { get; init => field = value ?? []; } = [];

    /// <summary>How many of the first of <see cref="StateSeconds"/> were not measured but assumed. At least 0.</summary>
    public int StateSecondsAssumed { get; init; }

    /// <summary>The arcs that were measured.</summary>
    public IReadOnlyList<ArcEvidence> Arcs { get; init => field = value ?? []; } = [];
}

/// <summary>What is known about one arc of a device class.</summary>
public sealed record ArcEvidence
{
    /// <summary>The state that is left, by its uAPI name.</summary>
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>The state that is entered, by its uAPI name. The arc may be a combination, such as RESUMING to RUNNING.</summary>
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>Measured latencies in seconds, oldest first; each at least 0.</summary>
    public IReadOnlyList<double> Seconds { get; init => field = value ?? []; } = [];

    /// <summary>How many of the first of <see cref="Seconds"/> were not measured but assumed: all while nothing was measured, or values beyond the measured
    /// ones while these are few. At least 0.</summary>
    public int Assumed { get; init; }

    /// <summary>Whether nothing of it was measured.</summary>
    public bool IsGuess => Assumed > 0 && Assumed == Seconds.Count;

    /// <summary>The worst case that a profile or the device states, in seconds; null if none is stated.</summary>
    public double? WorstSeconds { get; init; }
}

/// <summary>A guess of the whole blackout by a model that was learned from other machines, for the load of its snapshot.</summary>
/// <param name="P50Seconds">The median in seconds; above 0.</param>
/// <param name="Model">The model with its version, such as <c>cold-start v3</c>.</param>
/// <param name="BoundSeconds">The bound in seconds, from the model's own margin; null if that supports none.</param>
/// <param name="Confidence">The confidence that the bound was made for; in (0, 1), and null without a bound.</param>
/// <remarks>It has no finite-sample claim for this machine, and so it is of the method <c>independent</c>: shown, and enough to commit only
/// under <c>whenEvidenceIsInsufficient: accept</c>.</remarks>
public sealed record FirstGuess(double P50Seconds, string Model, double? BoundSeconds = null, double? Confidence = null);
