namespace Planner.Policies;

/// <summary>What is done with a guest that runs on with a device that has lost its state.</summary>
public enum StateLostAction
{
    /// <summary>A person has to look: the guest's driver may not notice, or may not recover.</summary>
    HandOver,

    /// <summary>It is said, and counts as no failure of its own.</summary>
    Accept,
}
