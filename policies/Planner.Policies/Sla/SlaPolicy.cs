namespace Planner.Policies;

/// <summary>What is promised to the machines of one class, and what may be done to keep the promise.</summary>
public sealed record SlaPolicy
{
    /// <summary>The class's name, such as <c>gold</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Labels of the policy itself.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The labels a machine must carry to be of this class; empty selects every machine.</summary>
    public IReadOnlyDictionary<string, string> Selector { get; init; } = new Dictionary<string, string>();

    /// <summary>The longest blackout that is promised; above zero.</summary>
    public required TimeSpan BlackoutLimit { get; init; }

    /// <summary>The highest confidence that evidence can support: beyond it a bound takes more past blackouts than are kept.</summary>
    public const double HighestConfidence = 0.9998;

    /// <summary>The share of commits that must keep the limit; in (0, 1), at most <see cref="HighestConfidence"/>.</summary>
    public double Confidence { get; init; } = 0.99;

    /// <summary>The time that the whole migration may take; null for no limit.</summary>
    public TimeSpan? CompleteWithin { get; init; }

    /// <summary>What to do while the evidence supports no bound.</summary>
    public InsufficientEvidenceAction WhenEvidenceIsInsufficient { get; init; } = InsufficientEvidenceAction.Stay;

    /// <summary>Which of the moments that fit is taken.</summary>
    public SwitchoverRule Rule { get; init; } = SwitchoverRule.Earliest;

    /// <summary>How often the machine may be quiesced in vain before the session stays for good; at least 1.</summary>
    public int QuiesceTries { get; init; } = 3;

    /// <summary>What is tried after a failure, in this order; what is left then is handed over to a person.</summary>
    public IReadOnlyList<FailureAction> OnFailure { get; init; } = [FailureAction.Unwind, FailureAction.Reset];

    /// <summary>What is done with a guest that runs on with a device that has lost its state, as a hypervisor leaves it after a failed arc.</summary>
    public StateLostAction OnStateLost { get; init; } = StateLostAction.HandOver;

    /// <summary>When the guest may run on the destination before its memory is there.</summary>
    public PostCopyUse PostCopy { get; init; }

    /// <summary>How often a machine is tried before it is left alone; null for no limit.</summary>
    public AttemptLimit? Attempts { get; init; }

    /// <summary>The lowest dirty rate to which a machine may be limited, in bytes per second; null if it may not be limited.</summary>
    public double? DirtyRateFloorBytesPerSecond { get; init; }

    /// <summary>The blackout time that all migrations of a machine may take together; null for no budget.</summary>
    public ErrorBudget? ErrorBudget { get; init; }

    /// <summary>When migrations may commit; empty for always.</summary>
    public IReadOnlyList<MaintenanceWindow> MaintenanceWindows { get; init; } = [];

    /// <summary>Whether verdicts are carried out or only reported.</summary>
    public SlaMode Mode { get; init; } = SlaMode.Active;
}
