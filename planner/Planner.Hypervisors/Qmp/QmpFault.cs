namespace Planner.Hypervisors;

/// <summary>What kind of trouble there is with a monitor.</summary>
public enum QmpFault
{
    /// <summary>There is no such socket, nobody listens there, or this user may not connect.</summary>
    CannotConnect,

    /// <summary>Something else than QMP answered: a human monitor or another server.</summary>
    NotQmp,

    /// <summary>Connected, and nothing was said: a monitor serves one client at a time.</summary>
    NoGreeting,

    /// <summary>The connection has ended, or was closed here.</summary>
    Closed,

    /// <summary>More events came than were taken.</summary>
    Flooded,

    /// <summary>A message is longer, or nested deeper, than is allowed.</summary>
    TooLong,

    /// <summary>No answer within the time limit. The connection goes on.</summary>
    TimedOut,

    /// <summary>What came breaks the protocol, or an answer has not the form it should have.</summary>
    Malformed,

    /// <summary>QEMU answered with an error. The connection goes on.</summary>
    Refused,
}
