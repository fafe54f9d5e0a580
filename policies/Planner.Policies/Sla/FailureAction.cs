namespace Planner.Policies;

/// <summary>What is tried with a device after a failed arc.</summary>
public enum FailureAction
{
    /// <summary>Walk back arc by arc to RUNNING.</summary>
    Unwind,

    /// <summary>Reset the device. The guest sees it, and the device's state is lost.</summary>
    Reset,
}
