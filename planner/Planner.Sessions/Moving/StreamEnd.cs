namespace Planner.Sessions;

/// <summary>When the reading of a stream ends.</summary>
public enum StreamEnd
{
    /// <summary>At "nothing now", or when the time of a round is over: PRE_COPY.</summary>
    Round,

    /// <summary>At the real end: STOP_COPY.</summary>
    Stream,
}
