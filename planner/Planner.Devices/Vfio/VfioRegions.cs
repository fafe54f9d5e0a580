using System.Buffers.Binary;

namespace Planner.Devices;

/// <summary>Looks for the region of the old migration protocol (v1).</summary>
internal static class VfioRegions
{
    private const int InfoBytes = 16;
    private const int RegionBytes = 4096;
    private const uint MaxRegions = 64;

    /// <summary>Whether one of the device's regions is that of migration v1.</summary>
    public static bool HaveOldMigration(VfioHandle device)
    {
        Span<byte> info = stackalloc byte[InfoBytes];
        info.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(info, InfoBytes);
        if (device.Control(VfioIoctl.DeviceGetInfo, info) < 0)
        {
            return false;
        }

        var regions = Math.Min(MaxRegions, BinaryPrimitives.ReadUInt32LittleEndian(info[8..]));
        var region = new byte[RegionBytes];
        for (var i = 0u; i < regions; i++)
        {
            Array.Clear(region);
            BinaryPrimitives.WriteInt32LittleEndian(region, RegionBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(region.AsSpan(8), i);
            if (device.Control(VfioIoctl.DeviceGetRegionInfo, region) >= 0 && MigrationRegionLayout.IsMigrationRegion(region))
            {
                return true;
            }
        }

        return false;
    }
}
