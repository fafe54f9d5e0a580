namespace Planner.Estimators;

/// <summary>What the machine did while its dirty memory was watched. Dirty rates differ by a factor of two or three between them.</summary>
public enum DirtyPhase
{
    /// <summary>No migration.</summary>
    Idle,

    /// <summary>Pre-copy, with the guest at full speed.</summary>
    PreCopy,

    /// <summary>Pre-copy, with the guest held back.</summary>
    Throttled,
}
