namespace Planner.Measurements;

/// <summary>How a migration session ended.</summary>
public enum MigrationOutcome
{
    /// <summary>The machine runs on the destination, and the blackout was within the limit.</summary>
    Completed,

    /// <summary>The machine runs on the destination, and the blackout exceeded the limit.</summary>
    CompletedOverLimit,

    /// <summary>Nothing was committed; the machine runs on the source.</summary>
    Stayed,

    /// <summary>Something failed, and the machine runs again on the source, or on the destination.</summary>
    Recovered,

    /// <summary>Something failed, and a person has to act.</summary>
    NeedsPerson,
}
