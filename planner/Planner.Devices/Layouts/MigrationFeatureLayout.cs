using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The data of the migration features as the kernel's uAPI lays them out. A vfio-user socket carries the same bytes.</summary>
/// <remarks>Source: <c>struct vfio_device_feature_mig_state</c> in <c>linux/vfio.h</c>; the deadline and the arc latency are proposals.</remarks>
internal static class MigrationFeatureLayout
{
    /// <summary>MIG_DEVICE_STATE: u32 device_state, s32 data_fd.</summary>
    public const int StateBytes = 8;

    /// <summary>SET_STATE_DEADLINE: u32 device_state, s32 data_fd, u64 deadline_ns, u64 predicted_ns, u64 took_ns, u32 final_state, u32 flags.</summary>
    public const int StateByBytes = 40;

    /// <summary>ARC_LATENCY: u32 from, u32 to, u64 worst_ns.</summary>
    public const int ArcLatencyBytes = 16;

    /// <summary>The bit of the pre-copy flags that says that new initial data is on the stream.</summary>
    public const uint Reinitialized = 1;

    /// <summary>Writes a target; data_fd is an output, and -1 before.</summary>
    public static void WriteTarget(Span<byte> data, DeviceState target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data, (int)target);
        BinaryPrimitives.WriteInt32LittleEndian(data[4..], -1);
    }

    /// <summary>Writes a target and its deadline; everything else is 0.</summary>
    public static void WriteTargetBy(Span<byte> data, DeviceState target, long deadlineNanoseconds)
    {
        data[..StateByBytes].Clear();
        WriteTarget(data, target);
        BinaryPrimitives.WriteInt64LittleEndian(data[8..], deadlineNanoseconds);
    }

    /// <summary>The state that feature 2 tells; not judged.</summary>
    public static DeviceState ReadState(ReadOnlySpan<byte> data) => (DeviceState)BinaryPrimitives.ReadUInt32LittleEndian(data);

    /// <summary>The descriptor of the stream that an arc opened; -1 if it opened none.</summary>
    public static int ReadDataDescriptor(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadInt32LittleEndian(data[4..]);

    /// <summary>Where SET_STATE_DEADLINE says that the device is; not judged.</summary>
    public static DeviceState ReadFinalState(ReadOnlySpan<byte> data) => (DeviceState)BinaryPrimitives.ReadUInt32LittleEndian(data[32..]);

    /// <summary>Writes a question for the latency of an arc.</summary>
    public static void WriteArc(Span<byte> data, Arc arc)
    {
        data[..ArcLatencyBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(data, (int)arc.From);
        BinaryPrimitives.WriteInt32LittleEndian(data[4..], (int)arc.To);
    }

    /// <summary>Nanoseconds as a time that is not shorter.</summary>
    public static TimeSpan RoundUp(long nanoseconds)
    {
        var (ticks, rest) = Math.DivRem(nanoseconds, TimeSpan.NanosecondsPerTick);
        return TimeSpan.FromTicks(rest == 0 ? ticks : ticks + 1);
    }

    // An exbibyte, or 36 years in nanoseconds: nothing is that much.
    private const ulong Most = 1UL << 60;

    /// <summary>A u64 that counts something.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="address">The device, for the message.</param>
    /// <param name="what">What is counted, for the message.</param>
    /// <exception cref="DeviceException">Nothing is that much.</exception>
    public static long ReadNumber(ReadOnlySpan<byte> data, string address, string what)
    {
        var number = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return number <= Most
            ? (long)number
            : throw new DeviceException(DeviceFault.Unbelievable, $"{address}: the device states a {what} of {number}, which cannot be and was not believed.");
    }
}
