namespace Planner.Devices;

/// <summary>The requests of the VFIO and iommufd uAPI that are used here: <c>_IO(';', 100 + n)</c>, without size or direction bits.</summary>
/// <remarks>Values of x86, arm64, riscv and s390 (<c>linux/vfio.h</c>, <c>linux/iommufd.h</c>); powerpc, mips, sparc and alpha have others.</remarks>
internal static class VfioIoctl
{
    /// <summary>On a container: the version of the API, which is 0.</summary>
    public const uint GetApiVersion = 0x3B64;

    /// <summary>On a container, by value: the kind of IOMMU.</summary>
    public const uint SetIommu = 0x3B66;

    /// <summary>On a group: 8 bytes, u32 argsz, u32 flags.</summary>
    public const uint GroupGetStatus = 0x3B67;

    /// <summary>On a group: 4 bytes, the container's descriptor.</summary>
    public const uint GroupSetContainer = 0x3B68;

    /// <summary>On a group: the device's name, ended by NUL. The result is the device's descriptor.</summary>
    public const uint GroupGetDeviceFd = 0x3B6A;

    /// <summary>On a device: u32 argsz, flags, num_regions, num_irqs.</summary>
    public const uint DeviceGetInfo = 0x3B6B;

    /// <summary>On a device: 32 bytes and a chain of capabilities.</summary>
    public const uint DeviceGetRegionInfo = 0x3B6C;

    /// <summary>On a device, without an argument.</summary>
    public const uint DeviceReset = 0x3B6F;

    /// <summary>On a device: u32 argsz, u32 flags, then the feature's data.</summary>
    public const uint DeviceFeature = 0x3B75;

    /// <summary>On a cdev: u32 argsz, u32 flags, s32 iommufd, u32 out_devid.</summary>
    public const uint DeviceBindIommufd = 0x3B76;

    /// <summary>On a cdev: u32 argsz, u32 flags, u32 pt_id.</summary>
    public const uint DeviceAttachIommufdPageTable = 0x3B77;

    /// <summary>On a migration stream: u32 argsz, u32 flags, u64 initial_bytes, u64 dirty_bytes.</summary>
    public const uint MigrationGetPreCopyInfo = 0x3B79;

    /// <summary>On <c>/dev/iommu</c>: u32 size, u32 flags, u32 out_ioas_id.</summary>
    public const uint IoasAllocate = 0x3B81;

    /// <summary>The value of <see cref="SetIommu"/> for TYPE1v2.</summary>
    public const nuint Type1V2 = 3;

    /// <summary>The flag of a group whose devices all have VFIO drivers.</summary>
    public const uint GroupIsViable = 1;

    /// <summary>The flag of a device that can be reset.</summary>
    public const uint DeviceCanReset = 1;
}
