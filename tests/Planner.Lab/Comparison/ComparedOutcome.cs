namespace Planner.Lab;

/// <summary>How a compared migration ended.</summary>
public enum ComparedOutcome
{
    /// <summary>The guest runs on the destination.</summary>
    Completed,

    /// <summary>The rule itself gave up; the guest runs on the source.</summary>
    Aborted,

    /// <summary>It took longer than the cell allows; the guest runs on the source.</summary>
    TimedOut,

    /// <summary>Something else went wrong.</summary>
    Failed,
}
