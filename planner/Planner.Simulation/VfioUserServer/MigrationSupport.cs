namespace Planner.Simulation;

/// <summary>What a vfio-user server knows of migration.</summary>
public enum MigrationSupport
{
    /// <summary>Migration protocol v2: features 1 and 2 and the data commands.</summary>
    V2,

    /// <summary>Only the region of the old protocol v1 (region type 3, subtype 1); the features are refused.</summary>
    V1RegionOnly,

    /// <summary>None: the features are refused.</summary>
    None,

    /// <summary>None, and DEVICE_FEATURE itself and the data commands are unknown commands.</summary>
    UnknownCommands,
}
