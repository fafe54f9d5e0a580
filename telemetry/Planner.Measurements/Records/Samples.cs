namespace Planner.Measurements;

/// <summary>Whose a sample is, so that evidence can be grouped later by what nobody thought of when it was taken.</summary>
/// <param name="Host">The host on which it was measured; null if it is not known.</param>
/// <param name="Machine">The machine's name; null if it belongs to none.</param>
/// <param name="Attempt">The attempt to migrate it; null outside of one.</param>
public sealed record SampleOrigin(string? Host, string? Machine, string? Attempt);

/// <summary>One arc that a device ran.</summary>
/// <param name="Device">The device's name or address.</param>
/// <param name="DeviceClass">The class whose members share latencies.</param>
/// <param name="Arc">The arc.</param>
/// <param name="Duration">From the command to its answer.</param>
/// <param name="Outcome">How it ended. Only completed arcs are evidence about latency.</param>
/// <param name="At">When it ended.</param>
public sealed record ArcSample(string Device, string DeviceClass, Arc Arc, TimeSpan Duration, ArcOutcome Outcome, DateTimeOffset At)
{
    /// <summary>Whose it is; null in the stores of earlier planners.</summary>
    public SampleOrigin? Origin { get; init; }
}

/// <summary>The phase a transfer belongs to. The two are kept apart: a cap is often lifted in the stop phase.</summary>
public enum TransferPhase
{
    /// <summary>While the machine runs.</summary>
    PreCopy,

    /// <summary>Inside the blackout.</summary>
    StopCopy,
}

/// <summary>One transfer of state from source to destination: read, sent and loaded, the three overlapping.</summary>
/// <param name="Link">The link, or the pair of device classes, whose transfers are alike.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Bytes">What was carried; at least 0.</param>
/// <param name="Fixed">The part that does not grow with the bytes: until the first byte came.</param>
/// <param name="Moving">From the first byte until the last was loaded.</param>
/// <param name="At">When it ended.</param>
public sealed record TransferSample(string Link, TransferPhase Phase, long Bytes, TimeSpan Fixed, TimeSpan Moving, DateTimeOffset At)
{
    /// <summary>Whose it is; null in the stores of earlier planners.</summary>
    public SampleOrigin? Origin { get; init; }
}

/// <summary>The size of a device's stop-copy data: what was expected just before, and what came.</summary>
/// <param name="DeviceClass">The device class.</param>
/// <param name="ExpectedBytes">The estimate before the commit, by the rule for the driver; null if there was none.</param>
/// <param name="ActualBytes">What the stop phase carried.</param>
/// <param name="At">When it was seen.</param>
public sealed record StateSizeSample(string DeviceClass, long? ExpectedBytes, long ActualBytes, DateTimeOffset At)
{
    /// <summary>Whose it is; null in the stores of earlier planners.</summary>
    public SampleOrigin? Origin { get; init; }
}

/// <summary>Where a blackout came from.</summary>
public enum BlackoutKind
{
    /// <summary>A migration that the planner committed under an SLA.</summary>
    Commit,

    /// <summary>A switchover made to measure, with no promise at stake. It was not selected by a decision.</summary>
    Rehearsal,

    /// <summary>What would have happened; never evidence.</summary>
    Shadow,
}

/// <summary>Which part of a blackout a prediction was about.</summary>
public enum BlackoutSpan
{
    /// <summary>From gate 1: the whole blackout.</summary>
    Whole,

    /// <summary>From gate 2: what is left once everything is quiesced.</summary>
    AfterQuiesce,
}

/// <summary>One blackout beside its prediction. The score actual / predicted is what calibration works on.</summary>
/// <param name="DeviceClass">The classes of the machine's devices, sorted and joined by <c>+</c>.</param>
/// <param name="SlaClass">The SLA class it was committed under, which selected the moment; empty for rehearsals. It is evidence for all classes.</param>
/// <param name="Kind">Where it came from.</param>
/// <param name="Span">The part of the blackout that was predicted.</param>
/// <param name="Predicted">The point prediction of the model at the decision; above zero.</param>
/// <param name="Actual">What happened, or as far as it came.</param>
/// <param name="At">When it ended.</param>
public sealed record BlackoutSample(
    string DeviceClass,
    string SlaClass,
    BlackoutKind Kind,
    BlackoutSpan Span,
    TimeSpan Predicted,
    TimeSpan Actual,
    DateTimeOffset At)
{
    /// <summary>Whether the link was calm at the decision: good, and hardly ever known to break down so soon after it had recovered. Null where nobody looked.</summary>
    public bool? WasCalm { get; init; }

    /// <summary>Whether other work had this host's processors busy at the decision. Null where nobody looked.</summary>
    public bool? HostWasBusy { get; init; }

    /// <summary>Whether the switchover failed or was given up, so that nobody knows how long it would have been.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>Whose it is; null in the stores of earlier planners.</summary>
    public SampleOrigin? Origin { get; init; }
}

/// <summary>How often a link was seen good at an age, and how often it then broke down.</summary>
/// <param name="Link">The link.</param>
/// <param name="Age">Observations (of 0.1 s) since it had recovered; -1 where it was never seen to recover.</param>
/// <param name="Seen">How often it was seen at that age; at least 0.</param>
/// <param name="Broke">How often the next observation found it broken down; at most <paramref name="Seen"/>.</param>
public sealed record LinkAgeSample(string Link, int Age, long Seen, long Broke);

/// <summary>How many different bytes were written in a window of time. Every dirty-sync gives one.</summary>
/// <param name="Length">The length of the window; above 0.</param>
/// <param name="UniqueBytes">The bytes that were written at least once; at least 0.</param>
public readonly record struct DirtyWindow(TimeSpan Length, long UniqueBytes);
