namespace Planner.Measurements;

/// <summary>The phases of a migration session, in the order of a migration that completes.</summary>
public enum SessionPhase
{
    /// <summary>Destination devices go to RESUMING, source devices to PRE_COPY where they can.</summary>
    Preparing,

    /// <summary>The machine runs; pre-copy data flows; gate 1 is evaluated.</summary>
    PreCopy,

    /// <summary>Devices go to their P2P state: the blackout has begun and can still be taken back.</summary>
    Quiescing,

    /// <summary>Past the commit point: devices stop and stream.</summary>
    StopCopy,

    /// <summary>Everything is loaded; the destination starts.</summary>
    Resuming,

    /// <summary>On the way back to RUNNING on the source.</summary>
    GoingBack,

    /// <summary>The session is over.</summary>
    Ended,
}
