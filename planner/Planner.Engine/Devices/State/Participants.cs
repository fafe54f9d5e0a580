using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the engine knows of one device on one side.</summary>
public sealed record Participant
{
    /// <summary>The state; null while it is not known.</summary>
    public DeviceState? State { get; init; }

    /// <summary>The state it was found in; null until it was asked.</summary>
    public DeviceState? Found { get; init; }

    /// <summary>What is under way.</summary>
    public PendingCommand Pending { get; init; }

    /// <summary>Since when that is under way, on the monotonic clock.</summary>
    public long PendingSinceNanoseconds { get; init; }

    /// <summary>Since when it has answered nothing, where its silence was what ended something; null once it answers.</summary>
    public long? SilentSinceNanoseconds { get; init; }

    /// <summary>Whether an arc was ever sent to it in this migration.</summary>
    public bool WasTouched { get; init; }

    /// <summary>The states in which the journal, or a connection that was lost, may have left it, until it has told its own; empty where nothing is known of that.</summary>
    public ImmutableArray<DeviceState> Left { get; init; } = [];

    /// <summary>Whether it was found running where no step leads: somebody else has moved it, or it was started anew or reset, and its state is gone.</summary>
    public bool IsAstray { get; init; }

    /// <summary>Whether an arc failed on it.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Failed arcs on the way it is on now: back to RUNNING, or to its start on the destination.</summary>
    public int FailedSteps { get; init; }

    /// <summary>Whether it was reset on the way back.</summary>
    public bool WasReset { get; init; }

    /// <summary>Whether a reset was tried on the way back and failed.</summary>
    public bool ResetFailed { get; init; }

    /// <summary>Why nothing more is tried with it, as the end of a sentence; null while there is hope.</summary>
    public string? GivenUp { get; init; }
}

/// <summary>What a device has been told and has not answered yet.</summary>
public enum PendingCommand
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its state was asked for.</summary>
    Query,

    /// <summary>An arc is under way.</summary>
    Arc,

    /// <summary>A reset is under way.</summary>
    Reset,
}
