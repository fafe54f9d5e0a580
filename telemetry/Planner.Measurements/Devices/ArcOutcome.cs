namespace Planner.Measurements;

/// <summary>How a command to change the state ended.</summary>
public enum ArcOutcome
{
    /// <summary>The target was reached (in time, if there was a deadline).</summary>
    Completed,

    /// <summary>The target was reached, after the deadline.</summary>
    CompletedLate,

    /// <summary>The device refused the deadline; nothing happened.</summary>
    Refused,

    /// <summary>The device gave up at the deadline; it is in the state named by the result.</summary>
    AbortedInFlight,

    /// <summary>The device answered with an error; it may be in any state along the path.</summary>
    Failed,

    /// <summary>No answer: time limit, closed connection. The arc may still be under way, and the state is not known.</summary>
    Unknown,
}
