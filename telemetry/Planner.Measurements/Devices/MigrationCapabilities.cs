namespace Planner.Measurements;

/// <summary>
/// The flags of device feature 1 (<c>VFIO_MIGRATION_*</c> in <c>linux/vfio.h</c>).
/// Only four sets are defined: 1, 3, 5 and 7.
/// </summary>
[Flags]
public enum MigrationCapabilities
{
    /// <summary>The device cannot be migrated.</summary>
    None = 0,

    /// <summary>STOP, STOP_COPY and RESUMING exist. Every migratable device has it.</summary>
    StopCopy = 1,

    /// <summary>RUNNING_P2P exists, and PRE_COPY_P2P when pre-copy does.</summary>
    P2P = 2,

    /// <summary>PRE_COPY exists.</summary>
    PreCopy = 4,
}
