using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>
/// Looks for the region of the old migration protocol (v1), so that a device that has only that is refused by name.
/// </summary>
/// <remarks>Layouts: <c>struct vfio_region_info</c> and <c>struct vfio_region_info_cap_type</c> in <c>linux/vfio.h</c>.</remarks>
internal static class MigrationRegionSearch
{
    private const int DeviceInfoBytes = 16;
    private const int RegionInfoBytes = 32;
    private const int MaxReplyBytes = 4096;
    private const uint MaxRegions = 64;

    /// <summary>Asks a server for its regions.</summary>
    /// <param name="connection">A fresh connection: one on which a feature was refused may be out of step.</param>
    /// <param name="limit">The time limit of each question.</param>
    /// <exception cref="DeviceException">No answer, or one that makes no sense.</exception>
    public static bool Finds(VfioUserConnection connection, TimeSpan limit)
    {
        Span<byte> request = stackalloc byte[RegionInfoBytes];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, DeviceInfoBytes);
        var info = connection.Call(VfioUserCommand.DeviceGetInfo, request[..DeviceInfoBytes], limit, "a question for the number of regions");
        if (info.Failed || info.Payload.Length < DeviceInfoBytes)
        {
            return false;
        }

        var regions = Math.Min(MaxRegions, BinaryPrimitives.ReadUInt32LittleEndian(info.Payload[8..]));
        for (var region = 0u; region < regions; region++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(request, MaxReplyBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(request[8..], region);
            var reply = connection.Call(VfioUserCommand.DeviceGetRegionInfo, request, limit, "a question for a region");
            if (!reply.Failed && MigrationRegionLayout.IsMigrationRegion(reply.Payload))
            {
                return true;
            }
        }

        return false;
    }
}
