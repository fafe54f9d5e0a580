using System.Buffers.Binary;

namespace Planner.Devices;

/// <summary>The information about a region as the kernel's uAPI lays it out, and vfio-user too.</summary>
/// <remarks>Source: <c>struct vfio_region_info</c> and <c>struct vfio_region_info_cap_type</c> in <c>linux/vfio.h</c>.</remarks>
internal static class MigrationRegionLayout
{
    private const int RegionInfoBytes = 32;
    private const int TypeCapabilityBytes = 16;
    private const int MaxCapabilities = 32;
    private const uint HasCapabilities = 1 << 3;
    private const ushort TypeCapability = 2;
    private const uint MigrationType = 3;
    private const uint MigrationSubtype = 1;

    /// <summary>Whether this describes the region of the old migration protocol (v1).</summary>
    public static bool IsMigrationRegion(ReadOnlySpan<byte> info)
    {
        if (info.Length < RegionInfoBytes || (BinaryPrimitives.ReadUInt32LittleEndian(info[4..]) & HasCapabilities) == 0)
        {
            return false;
        }

        // Offsets count from the start of the structure. A chain that is too long is a loop.
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(info[12..]);
        for (var i = 0; i < MaxCapabilities; i++)
        {
            if (offset < RegionInfoBytes || offset > info.Length - TypeCapabilityBytes)
            {
                return false;
            }

            var capability = info.Slice((int)offset, TypeCapabilityBytes);
            if (BinaryPrimitives.ReadUInt16LittleEndian(capability) == TypeCapability
                && BinaryPrimitives.ReadUInt32LittleEndian(capability[8..]) == MigrationType
                && BinaryPrimitives.ReadUInt32LittleEndian(capability[12..]) == MigrationSubtype)
            {
                return true;
            }

            offset = BinaryPrimitives.ReadUInt32LittleEndian(capability[4..]);
        }

        return false;
    }
}
