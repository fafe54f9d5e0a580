using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>VFIO_DEVICE_FEATURE on one device: u32 argsz (these 8 bytes included), u32 flags, then the feature's data.</summary>
/// <remarks>Results are 0, or the error number with a minus sign. The data comes back also beside an error: the deadline feature tells then
/// where the device is.</remarks>
internal sealed class VfioFeatures(VfioHandle device)
{
    private const int HeadBytes = 8;
    private const int MaxDataBytes = MigrationFeatureLayout.StateByBytes;

    /// <summary>Whether an error number means that a feature is not offered; kernels differ (vfio-uapi: rule 6 of VFIO_DEVICE_FEATURE).</summary>
    public static bool IsNotOffered(int result) => result is -(int)Errno.EINVAL or -(int)Errno.ENOTTY;

    /// <summary>Asks whether a feature has all the methods.</summary>
    public int Probe(ushort feature, DeviceFeatureFlags methods) => Call(feature, DeviceFeatureFlags.Probe | methods, []);

    /// <summary>Reads a feature.</summary>
    public int Get(ushort feature, Span<byte> data) => Call(feature, DeviceFeatureFlags.Get, data);

    /// <summary>Sets a feature.</summary>
    public int Set(ushort feature, Span<byte> data) => Call(feature, DeviceFeatureFlags.Set, data);

    private int Call(ushort feature, DeviceFeatureFlags methods, Span<byte> data)
    {
        Span<byte> argument = stackalloc byte[HeadBytes + MaxDataBytes];
        argument = argument[..(HeadBytes + data.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(argument, argument.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(argument[4..], (uint)methods | feature);
        data.CopyTo(argument[HeadBytes..]);
        var result = device.Control(VfioIoctl.DeviceFeature, argument);
        argument[HeadBytes..].CopyTo(data);
        return result;
    }
}
