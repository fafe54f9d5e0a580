namespace Planner.Engine;

/// <summary>Where the engine is in its own procedure; finer than the phases that observers see.</summary>
public enum EngineStage
{
    /// <summary>Every device is asked for its state.</summary>
    DiscoveringStates,

    /// <summary>The intended walk is being written down.</summary>
    OpeningJournal,

    /// <summary>Destinations go to RESUMING, sources to PRE_COPY where they can.</summary>
    Preparing,

    /// <summary>A pre-copy round, and sizes are asked for.</summary>
    Surveying,

    /// <summary>The evaluator is being built; gate 1 follows.</summary>
    Evaluating,

    /// <summary>Until the next evaluation.</summary>
    Waiting,

    /// <summary>Sources go to their P2P states; the blackout has begun. Gate 2 follows, where there is one.</summary>
    Quiescing,

    /// <summary>Sources come back from their P2P states.</summary>
    Unquiescing,

    /// <summary>Sources go to STOP_COPY, stream, and are loaded.</summary>
    Stopping,

    /// <summary>An arc failed past the commit point: going on is weighed against going back.</summary>
    Judging,

    /// <summary>After the handover: destinations go to RUNNING.</summary>
    Starting,

    /// <summary>A destination device does not start: what runs there goes to STOP, before the machine is taken back.</summary>
    TakingBack,

    /// <summary>The machine runs on the destination; sources go to STOP.</summary>
    Finishing,

    /// <summary>Sources go back to RUNNING, then destinations to where they were found.</summary>
    RollingBack,

    /// <summary>Over.</summary>
    Ended,
}
