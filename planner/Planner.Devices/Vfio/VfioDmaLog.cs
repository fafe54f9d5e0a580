using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The log of the memory that a device writes (DMA_LOGGING_*). Only writes are in it.</summary>
/// <remarks>After any failure all memory has to count as dirty. Reporting reads and clears. Kernels without IOMMUFD_DRIVER take the start
/// and refuse the report with EOPNOTSUPP.</remarks>
internal sealed class VfioDmaLog : IDisposable
{
    /// <summary>The most ranges that a kernel takes.</summary>
    public const int MaxRanges = 256;

    private const int ControlBytes = 24;
    private const int RangeBytes = 16;
    private const int ReportBytes = 32;

    private readonly string _address;
    private readonly VfioFeatures _features;
    private bool _isStopped;

    private VfioDmaLog(string address, VfioFeatures features, long pageBytes)
    {
        _address = address;
        _features = features;
        PageBytes = pageBytes;
    }

    /// <summary>The size of a page in the log, in bytes, as the device chose it.</summary>
    public long PageBytes { get; }

    internal static VfioDmaLog Start(string address, VfioFeatures features, ReadOnlySpan<DmaRange> ranges, long pageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ranges.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ranges.Length, MaxRanges);
        RequirePage(pageBytes);
        var list = GC.AllocateArray<byte>(ranges.Length * RangeBytes, pinned: true);
        for (var i = 0; i < ranges.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(list.AsSpan(i * RangeBytes), ranges[i].Address);
            BinaryPrimitives.WriteUInt64LittleEndian(list.AsSpan((i * RangeBytes) + 8), ranges[i].LengthBytes);
        }

        Span<byte> control = stackalloc byte[ControlBytes];
        control.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(control, pageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(control[8..], ranges.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(control[16..], AddressOf(list));
        var result = features.Set((ushort)DeviceFeatureIndex.DmaLoggingStart, control);
        GC.KeepAlive(list);
        return result == 0
            ? new VfioDmaLog(address, features, BinaryPrimitives.ReadInt64LittleEndian(control))
            : throw VfioFailure.Failed(address, "the start of logging its writes to memory", result);
    }

    /// <summary>Reads which pages were written since the last report, and clears them in the device.</summary>
    /// <param name="range">The memory, inside the ranges that are logged.</param>
    /// <param name="pageBytes">The size of page that a bit stands for; a power of two of at least 4096.</param>
    /// <returns>The number of bytes in written pages.</returns>
    /// <exception cref="DeviceException">The log cannot be read: all memory counts as dirty.</exception>
    public long ReadDirtyBytes(DmaRange range, long pageBytes)
    {
        RequirePage(pageBytes);
        var pages = (range.LengthBytes + (ulong)pageBytes - 1) / (ulong)pageBytes;
        var bitmap = GC.AllocateArray<ulong>(checked((int)((pages + 63) / 64)), pinned: true);
        Span<byte> report = stackalloc byte[ReportBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(report, range.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(report[8..], range.LengthBytes);
        BinaryPrimitives.WriteInt64LittleEndian(report[16..], pageBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(report[24..], AddressOf(bitmap));
        var result = _features.Get((ushort)DeviceFeatureIndex.DmaLoggingReport, report);
        if (result < 0)
        {
            throw VfioFailure.Number(result) == Errno.EOPNOTSUPP
                ? new DeviceException(DeviceFault.NotOffered, $"{_address}: this kernel cannot report which memory a device wrote (it lacks IOMMUFD_DRIVER); count all memory as dirty.", Errno.EOPNOTSUPP)
                : VfioFailure.Failed(_address, "a report of its writes to memory", result);
        }

        long dirtyPages = 0;
        foreach (var word in bitmap)
        {
            dirtyPages += BitOperations.PopCount(word);
        }

        return dirtyPages * pageBytes;
    }

    /// <summary>Ends the logging.</summary>
    public void Dispose()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            _ = _features.Set((ushort)DeviceFeatureIndex.DmaLoggingStop, []);
        }
    }

    private static void RequirePage(long pageBytes)
    {
        const long SmallestPage = 4096;
        if (pageBytes < SmallestPage || !BitOperations.IsPow2(pageBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(pageBytes), pageBytes, "A page is a power of two of at least 4096 bytes.");
        }
    }

    private static unsafe ulong AddressOf<T>(T[] pinned)
        where T : unmanaged => (ulong)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
