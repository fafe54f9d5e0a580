namespace Planner.Measurements;

/// <summary>What an attempt was.</summary>
public enum AttemptKind
{
    /// <summary>A migration under an SLA.</summary>
    Migration,

    /// <summary>An evaluation alone: nothing was committed.</summary>
    Shadow,

    /// <summary>A switchover to measure, with no promise at stake.</summary>
    Rehearsal,

    /// <summary>The end of an attempt whose process died, or which a person had to look at.</summary>
    Recovery,
}

/// <summary>One side of an attempt.</summary>
/// <param name="Host">The host that it was driven from; null if it is not known.</param>
/// <param name="Address">The addresses of the devices, or of the monitor.</param>
/// <param name="Class">The classes of the devices, or of the hypervisor and its machine; null if it is not known.</param>
public sealed record AttemptSide(string? Host, string Address, string? Class);

/// <summary>A decision of an attempt from which something followed.</summary>
/// <param name="Gate">1 before the quiesce, 2 after it; null in the rows of earlier planners.</param>
/// <param name="Verdict">What it said; null in the rows of earlier planners.</param>
/// <param name="Method">How the bound was found; null if there was none.</param>
/// <param name="Predicted">What the model predicted; null if nothing could be.</param>
/// <param name="Bound">The bound; null if no evidence supported one.</param>
/// <param name="After">When, since the attempt began; null in the rows of earlier planners.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Snapshot">Its input as JSON: <c>planner decide</c> gives the same verdict for it. Null where it was not kept.</param>
public sealed record AttemptDecision(int? Gate, Verdict? Verdict, BoundMethod? Method, TimeSpan? Predicted, TimeSpan? Bound, TimeSpan? After, string Reason, string? Snapshot);

/// <summary>What an attempt moved, and how fast; null where nobody said.</summary>
public sealed record AttemptTraffic
{
    /// <summary>What was sent while the guest ran, in bytes.</summary>
    public long? PreCopyBytes { get; init; }

    /// <summary>What was sent in the stop phase, in bytes.</summary>
    public long? StopBytes { get; init; }

    /// <summary>The rate of pre-copy, in bytes per second.</summary>
    public double? PreCopyBytesPerSecond { get; init; }

    /// <summary>The mean rate of the stop phase, in bytes per second.</summary>
    public double? StopBytesPerSecond { get; init; }

    /// <summary>The most of the guest's time that was taken from it to make it dirty less, in percent; 0 to 99.</summary>
    public int? ThrottlePercent { get; init; }
}

/// <summary>Which attempts are asked for.</summary>
/// <param name="Machine">Those of a machine; null for all.</param>
/// <param name="SlaClass">Those under an SLA class; null for all.</param>
/// <param name="Latest">The latest so many; at least 1.</param>
public sealed record AttemptFilter(string? Machine, string? SlaClass, int Latest)
{
    /// <summary>Those that ended earlier than this; null for all.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Those that ended like this; null for all.</summary>
    public MigrationOutcome? Outcome { get; init; }

    /// <summary>Those whose identifier begins with this, or whose machine, hosts, addresses, caller or reason hold it, in whatever case (of ASCII letters); null for all.</summary>
    public string? Search { get; init; }
}
