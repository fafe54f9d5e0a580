namespace Planner.Measurements;

/// <summary>How far a hypervisor's own migration is.</summary>
public enum HypervisorMigrationStatus
{
    /// <summary>There was none since the hypervisor started.</summary>
    None,

    /// <summary>It is being set up; a destination listens.</summary>
    Setup,

    /// <summary>Pre-copy: the guest runs.</summary>
    Active,

    /// <summary>The guest is stopped; the rest of the memory and the devices are sent. Must not be cancelled.</summary>
    Device,

    /// <summary>Everything was sent; on a destination, everything was loaded.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It is being given up.</summary>
    Cancelling,

    /// <summary>It was given up.</summary>
    Cancelled,

    /// <summary>Something that the planner does not know, or does not drive.</summary>
    Other,

    /// <summary>Post-copy: the guest belongs to the destination, and some of its memory is only on the source. Neither may be ended.</summary>
    PostCopy,
}
