using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Everything the engine knows of a migration that a hypervisor carries out. A value: the same state and event always give the same commands.</summary>
public sealed record HypervisorState : SessionState
{
    /// <summary>What is intended.</summary>
    public required HypervisorPlan Plan { get; init; }

    /// <summary>Where the engine is.</summary>
    public HypervisorStage Stage { get; init; }

    /// <summary>The source.</summary>
    public HypervisorSide Source { get; init; } = new();

    /// <summary>The destination.</summary>
    public HypervisorSide Destination { get; init; } = new();

    /// <summary>The decision that stands: the latest, and after the guest stopped the one it was stopped on.</summary>
    public GateDecision? Gate { get; init; }

    /// <summary>The decision under which the guest may be stopped; null while it may not.</summary>
    public GateDecision? CommitGate { get; init; }

    /// <summary>The moments of the switchover.</summary>
    public SwitchoverTimes Times { get; init; } = new();

    /// <summary>The hypervisor's word for a guest that has shut itself down on the source; null if it has not.</summary>
    public string? EndedByGuest { get; init; }

    /// <summary>How often the destination was told to run.</summary>
    public int Continued { get; init; }

    /// <summary>Whether the destination was about to be told to run and was not, since that could not be written down.</summary>
    public bool IsUntold => Continued > 0 && !IsHandedOver;

    /// <summary>The most bytes that may be left when the guest is stopped, as the source was told last; 0 if it may not stop it.</summary>
    public long AllowedBytes { get; init; }

    /// <summary>Whether the source has told what the stop phase carried.</summary>
    public bool HasToldEnd { get; init; }

    /// <summary>Whether the migration was started.</summary>
    public bool IsBegun { get; init; }

    /// <summary>Whether the destination's process was told to end.</summary>
    public bool HasQuit { get; init; }

    /// <summary>Whether the source was told to give the migration up.</summary>
    public bool HasCancelled { get; init; }

    /// <summary>When it was told so, on the monotonic clock.</summary>
    public long CancelledNanoseconds { get; init; }

    /// <summary>The latest that the source told of its migration, in its own word; null if it told nothing.</summary>
    public string? MigrationWords { get; init; }

    /// <summary>Whether the source was told to run on.</summary>
    public bool HasContinuedSource { get; init; }

    /// <summary>Whether the source has told that the migration failed or was given up.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Whether the hypervisor tells of passed-through devices, whatever it said that it has.</summary>
    public bool SeesDevices { get; init; }

    /// <summary>A device that tells of itself and that neither side named; null if there is none.</summary>
    public string? UnknownDevice { get; init; }

    /// <summary>The devices that the hypervisor has reset, and so have lost their state.</summary>
    public ImmutableArray<(MigrationSide Side, string Device)> ResetDevices { get; init; } = [];

    /// <summary>Whether somebody else stopped the guest on the source in pre-copy.</summary>
    public bool IsPausedByOthers { get; init; }

    /// <summary>Since when it is being found out where the guest is.</summary>
    public long ResolvingSinceNanoseconds { get; init; }

    /// <summary>When the source last told something, on the monotonic clock.</summary>
    public long HeardNanoseconds { get; init; }

    /// <summary>Whether the machine has passed-through devices.</summary>
    public bool HasDevices => SeesDevices || Plan.Devices.Count > 0;

    /// <summary>Whether the machine came to run on the destination in this session.</summary>
    public bool IsOnDestination => Times is { ResumedOn: MigrationSide.Destination, Resumed: not null } && !IsRecovery
        && IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit or MigrationOutcome.NeedsPerson;

    /// <summary>How long the guest stood still because of the migration; null while it did not, or still does.</summary>
    public GuestPause? Pause => Plan.IsPaused ? null : SwitchoverPause.Of(CountedTimes, HasDevices);

    /// <inheritdoc/>
    public override TimeSpan? Promise => Plan.Mode == MigrationMode.Rehearsal ? null : Plan.Limit;

    /// <summary>The moments without what only some of the devices tell.</summary>
    public SwitchoverTimes CountedTimes => Plan.TellsArcs ? Times : Times with { Moves = [] };

    /// <inheritdoc/>
    public override SessionPhase Phase => Stage switch
    {
        HypervisorStage.DiscoveringStates or HypervisorStage.OpeningJournal or HypervisorStage.Preparing => SessionPhase.Preparing,
        HypervisorStage.PreCopying or HypervisorStage.Allowed => SessionPhase.PreCopy,
        HypervisorStage.Stopped => SessionPhase.StopCopy,
        HypervisorStage.Starting => SessionPhase.Resuming,
        HypervisorStage.Resolving => Plan.IsPaused && Times.Sent is not null ? SessionPhase.Resuming : SessionPhase.GoingBack,
        HypervisorStage.Restoring => IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit ? SessionPhase.Resuming : SessionPhase.GoingBack,
        _ => SessionPhase.Ended,
    };

    /// <inheritdoc/>
    /// <remarks>A stop by somebody else is none of ours.</remarks>
    public override PauseSum PausesUntil(long nowNanoseconds)
    {
        if (IsPausedByOthers || (Pause ?? OpenPause(nowNanoseconds)) is not { } pause)
        {
            return PauseSum.None;
        }

        return PauseSum.None.With(Times is { ResumedOn: MigrationSide.Destination, Resumed: not null } ? PauseKind.Blackout : PauseKind.FailedCommit, pause);
    }

    private GuestPause? OpenPause(long nowNanoseconds)
    {
        if (Times is not { Stopped: { } stopped, Resumed: null })
        {
            return null;
        }

        // It stood before that was heard, and with devices before it was told.
        var heard = MonotonicTime.Between(stopped.ReceivedNanoseconds, nowNanoseconds);
        var earliest = (HasDevices ? null : stopped.EarliestNanoseconds) ?? Times.LastRan?.EarliestNanoseconds ?? Times.AnsweredNanoseconds;
        var most = earliest is { } began ? MonotonicTime.Between(began, nowNanoseconds) : heard;
        return new GuestPause(heard, heard, most > heard ? most : heard, "STOP, and nothing told that it ran again");
    }

    /// <summary>One side.</summary>
    public HypervisorSide Side(MigrationSide side) => side == MigrationSide.Source ? Source : Destination;
}
