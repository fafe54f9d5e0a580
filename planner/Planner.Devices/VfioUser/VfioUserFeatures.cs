using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>DEVICE_FEATURE requests over one connection: u32 argsz, u32 flags, then the feature's data.</summary>
/// <remarks>argsz is the largest reply payload that is accepted, the 8 bytes of the head included. libvfio-user answers EINVAL when it
/// is too small, never a short reply.</remarks>
internal sealed class VfioUserFeatures(VfioUserConnection connection, VfioUserOptions options)
{
    private const int HeadBytes = VfioUserProtocol.FeatureHeadBytes;
    private const int MaxDataBytes = 40;

    /// <summary>Asks whether a feature has all the methods.</summary>
    /// <param name="feature">The number of the feature.</param>
    /// <param name="methods">GET, SET or both.</param>
    /// <param name="error">The error number if the answer is no; <see cref="Errno.None"/> if none was named.</param>
    /// <returns>Whether the server answered without an error.</returns>
    public bool Probe(ushort feature, DeviceFeatureFlags methods, out Errno error)
    {
        var reply = Call(feature, DeviceFeatureFlags.Probe | methods, [], 0, options.AskTimeLimit, $"a probe of feature {feature}");
        error = reply.Error;
        return !reply.Failed;
    }

    /// <summary>Reads a feature.</summary>
    /// <param name="feature">The number of the feature.</param>
    /// <param name="data">The data of the request; empty for most features.</param>
    /// <param name="dataBytes">The size of the feature's data in the reply.</param>
    /// <param name="doing">What is being done, for messages to people.</param>
    /// <returns>The reply; its payload is the feature's data alone.</returns>
    public VfioUserReply Get(ushort feature, scoped ReadOnlySpan<byte> data, int dataBytes, string doing) =>
        Call(feature, DeviceFeatureFlags.Get, data, dataBytes, options.AskTimeLimit, doing);

    /// <summary>Sets a feature; the reply echoes the data, possibly changed.</summary>
    /// <param name="feature">The number of the feature.</param>
    /// <param name="data">The feature's data.</param>
    /// <param name="doing">What is being done, for messages to people.</param>
    /// <returns>The reply; its payload is the feature's data alone.</returns>
    public VfioUserReply Set(ushort feature, scoped ReadOnlySpan<byte> data, string doing) =>
        Call(feature, DeviceFeatureFlags.Set, data, data.Length, options.WorkTimeLimit, doing);

    private VfioUserReply Call(
        ushort feature, DeviceFeatureFlags methods, scoped ReadOnlySpan<byte> data, int replyDataBytes, TimeSpan limit, string doing)
    {
        Span<byte> request = stackalloc byte[HeadBytes + MaxDataBytes];
        BinaryPrimitives.WriteInt32LittleEndian(request, HeadBytes + replyDataBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(request[4..], (uint)methods | feature);
        data.CopyTo(request[HeadBytes..]);
        var reply = connection.Call(VfioUserCommand.DeviceFeature, request[..(HeadBytes + data.Length)], limit, doing);
        if (reply.Failed)
        {
            return reply;
        }

        if (reply.Payload.Length < HeadBytes + replyDataBytes
            || (BinaryPrimitives.ReadUInt32LittleEndian(reply.Payload[4..]) & (uint)DeviceFeatureFlags.IndexMask) != feature)
        {
            throw connection.Nonsense($"the server's answer to {doing} is too short or about something else");
        }

        return new VfioUserReply(false, Errno.None, reply.Payload.Slice(HeadBytes, replyDataBytes));
    }
}
