namespace Planner.Measurements;

/// <summary>What a guest does on one side.</summary>
public enum GuestRunState
{
    /// <summary>Something that the planner does not know.</summary>
    Unknown,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is stopped and could run: paused by somebody, or loaded and not continued.</summary>
    Paused,

    /// <summary>It waits for a machine to come in.</summary>
    Incoming,

    /// <summary>It was stopped by a migration that is sending the rest.</summary>
    Finishing,

    /// <summary>It was stopped by a migration that has sent everything. It would still run if it were continued.</summary>
    Migrated,

    /// <summary>It has shut down or crashed.</summary>
    Over,

    /// <summary>There is no such guest, and what answers would make it when one comes in.</summary>
    Absent,
}
