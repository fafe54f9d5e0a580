namespace Planner.Estimators;

/// <summary>What the machine does while its blackout is guessed.</summary>
public enum MigrationPhase
{
    /// <summary>It runs, and nothing is copied yet.</summary>
    Idle,

    /// <summary>It runs, and is copied meanwhile.</summary>
    PreCopy,

    /// <summary>It runs slowed down, and is copied meanwhile.</summary>
    Throttled,
}
