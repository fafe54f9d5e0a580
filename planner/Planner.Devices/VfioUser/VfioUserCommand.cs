namespace Planner.Devices;

/// <summary>The command numbers of vfio-user, with the names of its specification (0.9.2, "Commands").</summary>
/// <remarks>Any other number is an unknown command; <c>default</c> is none of them.</remarks>
public enum VfioUserCommand : ushort
{
    /// <summary>No command.</summary>
    None = 0,

    /// <summary>Version negotiation; the first message of a connection.</summary>
    Version = 1,

    /// <summary>Maps memory of the client.</summary>
    DmaMap = 2,

    /// <summary>Takes a mapping back.</summary>
    DmaUnmap = 3,

    /// <summary>Asks for the device's flags and its numbers of regions and interrupts.</summary>
    DeviceGetInfo = 4,

    /// <summary>Asks for one region.</summary>
    DeviceGetRegionInfo = 5,

    /// <summary>Asks for the file descriptors of a region.</summary>
    DeviceGetRegionIoFds = 6,

    /// <summary>Asks for one interrupt.</summary>
    DeviceGetIrqInfo = 7,

    /// <summary>Sets interrupts up.</summary>
    DeviceSetIrqs = 8,

    /// <summary>Reads a region.</summary>
    RegionRead = 9,

    /// <summary>Writes a region.</summary>
    RegionWrite = 10,

    /// <summary>Reads memory of the client; sent by the server.</summary>
    DmaRead = 11,

    /// <summary>Writes memory of the client; sent by the server.</summary>
    DmaWrite = 12,

    /// <summary>Resets the device.</summary>
    DeviceReset = 13,

    /// <summary>Several region writes in one message.</summary>
    RegionWriteMulti = 15,

    /// <summary>Probes, gets or sets a device feature.</summary>
    DeviceFeature = 16,

    /// <summary>Reads migration data.</summary>
    MigDataRead = 17,

    /// <summary>Writes migration data.</summary>
    MigDataWrite = 18,
}
