using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>DEVICE_GET_INFO and the regions. Region 7 is the PCI configuration space; region 0 holds one register of 8 bytes, the guest's value, so that a read back
/// after a migration shows whether the state arrived. A server with the old protocol has its migration region last.</summary>
/// <remarks>Layouts: <c>struct vfio_region_info</c> and <c>struct vfio_region_info_cap_type</c> in <c>linux/vfio.h</c>.</remarks>
internal sealed class ServerRegions(SimulatedDevice device, MigrationSupport migration)
{
    private const int InfoBytes = 16;
    private const uint ResetAndPci = 3;
    private const uint PlainRegions = 9;
    private const uint Interrupts = 5;
    private const int RegionInfoBytes = 32;
    private const int TypeCapabilityBytes = 16;
    private const uint ReadWrite = 3;
    private const uint HasCapabilities = 8;
    private const ushort TypeCapability = 2;
    private const uint MigrationType = 3;
    private const uint MigrationSubtype = 1;
    private const int AccessHeadBytes = 16;
    private const int RegisterRegionBytes = 4096;
    private const uint ConfigRegion = 7;

    private readonly ServerConfigSpace _config = new(RegisterRegionBytes);

    private uint Regions => migration == MigrationSupport.V1RegionOnly ? PlainRegions + 1 : PlainRegions;

    /// <summary>The configuration space is as when the client came.</summary>
    public void Reset() => _config.Reset();

    /// <summary>DEVICE_GET_INFO.</summary>
    public Errno GetInfo(ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = InfoBytes;
        if (body.Length < InfoBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) < InfoBytes)
        {
            return Errno.EINVAL;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(reply, InfoBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[4..], ResetAndPci);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[8..], Regions);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[12..], Interrupts);
        return Errno.None;
    }

    /// <summary>DEVICE_GET_REGION_INFO.</summary>
    public Errno GetRegionInfo(ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = RegionInfoBytes;
        if (body.Length < RegionInfoBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) < RegionInfoBytes)
        {
            return Errno.EINVAL;
        }

        var index = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        if (index >= Regions)
        {
            return Errno.EINVAL;
        }

        var isMigration = index == PlainRegions;
        var wholeBytes = RegionInfoBytes + (isMigration ? TypeCapabilityBytes : 0);
        var fits = BinaryPrimitives.ReadUInt32LittleEndian(body) >= wholeBytes;
        reply[..wholeBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(reply, wholeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[4..], isMigration ? ReadWrite | HasCapabilities : BytesOf(index) > 0 ? ReadWrite : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[8..], index);
        BinaryPrimitives.WriteInt32LittleEndian(reply[12..], isMigration && fits ? RegionInfoBytes : 0);
        BinaryPrimitives.WriteInt64LittleEndian(reply[16..], isMigration ? RegisterRegionBytes : BytesOf(index));
        if (isMigration && fits)
        {
            var capability = reply[RegionInfoBytes..];
            BinaryPrimitives.WriteUInt16LittleEndian(capability, TypeCapability);
            BinaryPrimitives.WriteUInt16LittleEndian(capability[2..], 1);
            BinaryPrimitives.WriteUInt32LittleEndian(capability[8..], MigrationType);
            BinaryPrimitives.WriteUInt32LittleEndian(capability[12..], MigrationSubtype);
            replyBytes = wholeBytes;
        }

        return Errno.None;
    }

    /// <summary>REGION_READ.</summary>
    public Errno Read(ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = 0;
        if (!TryReadAccess(body, out var region, out var offset, out var count))
        {
            return Errno.EINVAL;
        }

        body[..AccessHeadBytes].CopyTo(reply);
        replyBytes = AccessHeadBytes + count;
        if (region == ConfigRegion)
        {
            _config.Read(offset, reply.Slice(AccessHeadBytes, count));
            return Errno.None;
        }

        Span<byte> registers = stackalloc byte[RegisterRegionBytes];
        registers.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(registers, device.GuestValue);
        registers.Slice(offset, count).CopyTo(reply[AccessHeadBytes..]);
        return Errno.None;
    }

    /// <summary>REGION_WRITE. Only the register, and what of the configuration space is for writing, keep what is written.</summary>
    public Errno Write(ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = AccessHeadBytes;
        if (!TryReadAccess(body, out var region, out var offset, out var count) || body.Length - AccessHeadBytes < count)
        {
            return Errno.EINVAL;
        }

        body[..AccessHeadBytes].CopyTo(reply);
        if (region == ConfigRegion)
        {
            _config.Write(offset, body.Slice(AccessHeadBytes, count));
            return Errno.None;
        }

        Span<byte> register = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(register, device.GuestValue);
        if (offset < register.Length)
        {
            var kept = Math.Min(count, register.Length - offset);
            body.Slice(AccessHeadBytes, kept).CopyTo(register[offset..]);
            device.GuestValue = BinaryPrimitives.ReadUInt64LittleEndian(register);
        }

        return Errno.None;
    }

    private static int BytesOf(uint region) => region switch
    {
        0 => RegisterRegionBytes,
        ConfigRegion => ServerConfigSpace.Bytes,
        _ => 0,
    };

    private static bool TryReadAccess(ReadOnlySpan<byte> body, out uint region, out int offset, out int count)
    {
        (region, offset, count) = (0, 0, 0);
        if (body.Length < AccessHeadBytes)
        {
            return false;
        }

        region = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        var bytes = (ulong)BytesOf(region);
        var start = BinaryPrimitives.ReadUInt64LittleEndian(body);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(body[12..]);
        if (bytes == 0 || start > bytes || length > bytes - start)
        {
            return false;
        }

        (offset, count) = ((int)start, (int)length);
        return true;
    }
}
