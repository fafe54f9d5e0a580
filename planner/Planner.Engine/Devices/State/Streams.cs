using Planner.Measurements;

namespace Planner.Engine;

/// <summary>How far the state of one device has been carried.</summary>
public sealed record StreamProgress
{
    /// <summary>What it is doing.</summary>
    public StreamActivity Activity { get; init; }

    /// <summary>Since when it is doing that, on the monotonic clock.</summary>
    public long SinceNanoseconds { get; init; }

    /// <summary>Whether the source was surveyed for the evaluation that comes next.</summary>
    public bool IsSurveyed { get; init; }

    /// <summary>What pre-copy has carried so far, in bytes.</summary>
    public long PreCopiedBytes { get; init; }

    /// <summary>What of it was the first data set, in bytes: the stop phase does not carry that again. What came later had changed meanwhile.</summary>
    public long FirstSetBytes { get; init; }

    /// <summary>Whether the first data set is complete.</summary>
    public bool IsFirstSetCarried { get; init; }

    /// <summary>What pre-copy still has to carry, by the last survey; null if the device does not tell.</summary>
    public PreCopyInfo? PreCopy { get; init; }

    /// <summary>What the stop phase will carry, by the rule for the driver and the last survey, in bytes; null if the device does not tell.</summary>
    public long? ExpectedBytes { get; init; }

    /// <summary>What the stop phase carried, in bytes; null before it was loaded.</summary>
    public long? StopCopiedBytes { get; init; }
}

/// <summary>What the stream of a device is doing.</summary>
public enum StreamActivity
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>A survey is under way.</summary>
    Surveying,

    /// <summary>The stream of the stop phase is under way.</summary>
    Moving,

    /// <summary>The stream of the stop phase was loaded.</summary>
    Loaded,

    /// <summary>It ended early.</summary>
    Broken,
}
