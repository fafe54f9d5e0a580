using System.Buffers.Binary;
using System.Numerics;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>DMA_MAP, DMA_UNMAP and the logging of writes to mapped memory (features 6 to 8), as libvfio-user has them. A simulated
/// device writes nothing into the client's memory, so no bit is ever set.</summary>
internal sealed class ServerDmaLog
{
    private const int MapBytes = 32;
    private const int UnmapBytes = 24;
    private const int StartDataBytes = 16;
    private const int ReportDataBytes = 24;
    private const int MaxMaps = 65535;
    private const uint ReadAndWrite = 3;
    private const uint AllMaps = 2;

    // By address; no two overlap.
    private readonly List<(ulong Address, ulong Size)> _maps = [];
    private ulong _pageBytes;

    /// <summary>DMA_MAP: u32 argsz, u32 flags, u64 offset, u64 address, u64 size.</summary>
    public Errno Map(ReadOnlySpan<byte> body)
    {
        if (body.Length < MapBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) < MapBytes || _maps.Count == MaxMaps
            || (BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) & ~ReadAndWrite) != 0)
        {
            return Errno.EINVAL;
        }

        var address = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(body[24..]);
        if (size == 0 || address > ulong.MaxValue - size)
        {
            return Errno.EINVAL;
        }

        var next = IndexAfter(address);
        if ((next > 0 && address - _maps[next - 1].Address < _maps[next - 1].Size)
            || (next < _maps.Count && _maps[next].Address - address < size))
        {
            return Errno.EEXIST;
        }

        _maps.Insert(next, (address, size));
        return Errno.None;
    }

    /// <summary>DMA_UNMAP: u32 argsz, u32 flags, u64 address, u64 size, exactly a former mapping; or with flag 2 all of them, of address and size 0.</summary>
    /// <remarks>Flag 1, the bitmap of the pages written, went away with the old migration protocol: it is EOPNOTSUPP like every other flag.</remarks>
    public Errno Unmap(ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = UnmapBytes;
        if (body.Length < UnmapBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) < UnmapBytes)
        {
            return Errno.EINVAL;
        }

        body[..UnmapBytes].CopyTo(reply);
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        if ((flags & AllMaps) != 0)
        {
            if (flags != AllMaps || body[8..UnmapBytes].ContainsAnyExcept((byte)0))
            {
                return Errno.EINVAL;
            }

            _maps.Clear();
            return Errno.None;
        }

        if (flags != 0)
        {
            return Errno.EOPNOTSUPP;
        }

        var map = (BinaryPrimitives.ReadUInt64LittleEndian(body[8..]), BinaryPrimitives.ReadUInt64LittleEndian(body[16..]));
        return _maps.Remove(map) ? Errno.None : Errno.ENOENT;
    }

    /// <summary>DMA_LOGGING_START: u64 page size; the ranges behind it are ignored.</summary>
    public Errno Start(ReadOnlySpan<byte> data)
    {
        if (data.Length < StartDataBytes)
        {
            return Errno.EINVAL;
        }

        var pageBytes = BinaryPrimitives.ReadUInt64LittleEndian(data);
        if (pageBytes == 0 || (_pageBytes != 0 && _pageBytes != pageBytes))
        {
            return Errno.EINVAL;
        }

        _pageBytes = pageBytes;
        return Errno.None;
    }

    /// <summary>DMA_LOGGING_STOP.</summary>
    public Errno Stop()
    {
        _pageBytes = 0;
        return Errno.None;
    }

    /// <summary>DMA_LOGGING_REPORT: u64 iova, u64 length, u64 page size; the reply adds the bitmap.</summary>
    public Errno Report(ReadOnlySpan<byte> data, Span<byte> replyData, out int replyDataBytes)
    {
        replyDataBytes = 0;
        if (data.Length < ReportDataBytes || _pageBytes == 0)
        {
            return Errno.EINVAL;
        }

        var address = BinaryPrimitives.ReadUInt64LittleEndian(data);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
        var pageBytes = BinaryPrimitives.ReadUInt64LittleEndian(data[16..]);
        if (!BitOperations.IsPow2(pageBytes))
        {
            return Errno.EINVAL;
        }

        var next = IndexAfter(address);
        if (next == 0 || address - _maps[next - 1].Address >= _maps[next - 1].Size)
        {
            return Errno.ENOENT;
        }

        if (_maps[next - 1] != (address, length))
        {
            return Errno.EOPNOTSUPP;
        }

        var pages = (length / pageBytes) + (length % pageBytes == 0 ? 0UL : 1UL);
        var bitmapBytes = (pages / 64 * 8) + (pages % 64 == 0 ? 0UL : 8UL);
        if (bitmapBytes > (ulong)(replyData.Length - ReportDataBytes))
        {
            return Errno.EINVAL;
        }

        replyDataBytes = ReportDataBytes + (int)bitmapBytes;
        data[..ReportDataBytes].CopyTo(replyData);
        replyData[ReportDataBytes..replyDataBytes].Clear();
        return Errno.None;
    }

    // The index of the first mapping that begins above an address.
    private int IndexAfter(ulong address)
    {
        var index = _maps.BinarySearch((address, ulong.MaxValue));
        return index < 0 ? ~index : index + 1;
    }
}
