using System.Buffers.Binary;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>DEVICE_FEATURE: u32 argsz, u32 flags, data. argsz is the largest reply payload that the client takes, these 8 bytes
/// included; too small is EINVAL, never a short reply.</summary>
internal sealed class ServerFeatures(SimulatedDevice device, ServerBehaviour behaviour, ServerDmaLog dmaLog)
{
    private const int HeadBytes = VfioUserProtocol.FeatureHeadBytes;
    private const int StateBytes = 8;
    private const int StateByBytes = 40;
    private const int NumberBytes = 8;
    private const int PreCopyInfoBytes = 24;
    private const int ArcLatencyBytes = 16;
    private const int ArcBytes = 8;
    private const uint Reinitialized = 1;
    private const DeviceFeatureFlags Get = DeviceFeatureFlags.Get;
    private const DeviceFeatureFlags Set = DeviceFeatureFlags.Set;

    /// <summary>Whether a request is a SET of the migration state, by whichever feature; those wait for a quiesce.</summary>
    public bool SetsState(ReadOnlySpan<byte> body) => TryReadHead(body, out _, out var index, out var methods)
        && methods == Set && (index == (ushort)DeviceFeatureIndex.MigDeviceState || index == device.Profile.Deadline.Feature);

    /// <summary>Whether a request is a GET of the migration state.</summary>
    public static bool GetsState(ReadOnlySpan<byte> body) => TryReadHead(body, out _, out var index, out var methods)
        && methods == Get && index == (ushort)DeviceFeatureIndex.MigDeviceState;

    /// <summary>Carries a request out.</summary>
    /// <param name="client">What was negotiated with the client.</param>
    /// <param name="body">What follows the header.</param>
    /// <param name="reply">Where the payload of the reply goes.</param>
    /// <param name="replyBytes">Its size.</param>
    public Errno Handle(ServerClient client, ReadOnlySpan<byte> body, Span<byte> reply, out int replyBytes)
    {
        replyBytes = 0;
        if (!TryReadHead(body, out var most, out var index, out var methods))
        {
            return Errno.EINVAL;
        }

        var offered = MethodsOf(client, index);
        if (offered == DeviceFeatureFlags.None)
        {
            return behaviour.UnknownFeatureErrno;
        }

        var asked = methods & ~DeviceFeatureFlags.Probe;
        if ((asked & ~offered) != DeviceFeatureFlags.None)
        {
            return Errno.EINVAL;
        }

        if (methods.HasFlag(DeviceFeatureFlags.Probe))
        {
            return Echo(body, most, reply, out replyBytes);
        }

        if (methods == Set)
        {
            var errno = Echo(body, most, reply, out replyBytes);
            return errno != Errno.None ? errno : SetFeature(index, body[HeadBytes..], reply[HeadBytes..]);
        }

        return methods == Get ? GetFeature(index, body, most, reply, out replyBytes) : Errno.EINVAL;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> body, out uint most, out ushort index, out DeviceFeatureFlags methods)
    {
        (most, index, methods) = (0, 0, DeviceFeatureFlags.None);
        if (body.Length < HeadBytes)
        {
            return false;
        }

        most = BinaryPrimitives.ReadUInt32LittleEndian(body);
        var flags = (DeviceFeatureFlags)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        index = (ushort)(flags & DeviceFeatureFlags.IndexMask);
        methods = flags & ~DeviceFeatureFlags.IndexMask;
        return most >= HeadBytes
            && (methods & ~(Get | Set | DeviceFeatureFlags.Probe)) == DeviceFeatureFlags.None
            && methods != (Get | Set);
    }

    private DeviceFeatureFlags MethodsOf(ServerClient client, ushort index)
    {
        if (behaviour.Migration != MigrationSupport.V2)
        {
            return DeviceFeatureFlags.None;
        }

        var known = (DeviceFeatureIndex)index switch
        {
            DeviceFeatureIndex.Migration or DeviceFeatureIndex.DmaLoggingReport => Get,
            DeviceFeatureIndex.MigDeviceState => Get | Set,
            DeviceFeatureIndex.DmaLoggingStart or DeviceFeatureIndex.DmaLoggingStop => Set,
            DeviceFeatureIndex.MigDataSize when behaviour.KnowsDataSize && device.Offer.OffersDataSize == Answer.Yes => Get,
            _ => DeviceFeatureFlags.None,
        };
        return known != DeviceFeatureFlags.None || !behaviour.KnowsPrivateFeatures ? known : PrivateMethodsOf(client, index);
    }

    private DeviceFeatureFlags PrivateMethodsOf(ServerClient client, ushort index)
    {
        var deadline = device.Profile.Deadline;
        if (index == deadline.Feature && deadline.Shape == DeadlineShape.A && client.Proposes(VfioUserProtocol.DeadlineKey))
        {
            return Set;
        }

        return index switch
        {
            VfioUserProtocol.DefaultArcLatencyFeature when device.Offer.OffersArcLatency == Answer.Yes
                && (client.Proposes(VfioUserProtocol.ArcLatencyKey) || client.Proposes(VfioUserProtocol.DeadlineKey)) => Get,
            VfioUserProtocol.DefaultPreCopyInfoFeature when device.Offer.OffersPreCopyInfo == Answer.Yes && client.Proposes(VfioUserProtocol.PreCopyInfoKey) => Get,
            _ => DeviceFeatureFlags.None,
        };
    }

    private static Errno Echo(ReadOnlySpan<byte> body, uint most, Span<byte> reply, out int replyBytes)
    {
        replyBytes = body.Length;
        if (most < body.Length || body.Length > reply.Length)
        {
            return Errno.EINVAL;
        }

        body.CopyTo(reply);
        return Errno.None;
    }

    private Errno SetFeature(ushort index, ReadOnlySpan<byte> data, Span<byte> replyData) => (DeviceFeatureIndex)index switch
    {
        DeviceFeatureIndex.MigDeviceState => SetState(data),
        DeviceFeatureIndex.DmaLoggingStart => dmaLog.Start(data),
        DeviceFeatureIndex.DmaLoggingStop => dmaLog.Stop(),
        _ => SetStateBy(data, replyData),
    };

    // What follows the 8 bytes is ignored, as libvfio-user and the kernel do: it proves nothing about a deadline.
    private Errno SetState(ReadOnlySpan<byte> data) => data.Length < StateBytes
        ? Errno.EINVAL
        : device.SetState((DeviceState)BinaryPrimitives.ReadInt32LittleEndian(data)).Errno;

    // u32 device_state, s32 data_fd, u64 deadline_ns, out u64 predicted_ns, out u64 took_ns, out u32 final_state, u32 flags.
    private Errno SetStateBy(ReadOnlySpan<byte> data, Span<byte> replyData)
    {
        if (data.Length < StateByBytes || BinaryPrimitives.ReadUInt32LittleEndian(data[36..]) != 0)
        {
            return Errno.EINVAL;
        }

        var target = (DeviceState)BinaryPrimitives.ReadInt32LittleEndian(data);
        var deadline = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(data[8..]), long.MaxValue);
        var (plan, took) = device.Execute(target, deadline);
        BinaryPrimitives.WriteInt64LittleEndian(replyData[16..], plan.PredictedNanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(replyData[24..], took.Ticks * TimeSpan.NanosecondsPerTick);
        BinaryPrimitives.WriteInt32LittleEndian(replyData[32..], (int)plan.FinalState);
        return plan.Errno;
    }

    private Errno GetFeature(ushort index, ReadOnlySpan<byte> body, uint most, Span<byte> reply, out int replyBytes)
    {
        var room = reply[HeadBytes..(int)Math.Clamp(most, HeadBytes, reply.Length)];
        Span<byte> data = stackalloc byte[PreCopyInfoBytes];
        data.Clear();
        var errno = Errno.None;
        int dataBytes;
        switch ((DeviceFeatureIndex)index)
        {
            case DeviceFeatureIndex.Migration:
                BinaryPrimitives.WriteUInt64LittleEndian(data, (ulong)device.Offer.Capabilities);
                dataBytes = NumberBytes;
                break;
            case DeviceFeatureIndex.MigDeviceState:
                BinaryPrimitives.WriteInt32LittleEndian(data, (int)device.GetState());
                dataBytes = StateBytes;
                break;
            case DeviceFeatureIndex.MigDataSize:
                BinaryPrimitives.WriteInt64LittleEndian(data, device.GetDataSizeBytes());
                dataBytes = NumberBytes;
                break;
            case DeviceFeatureIndex.DmaLoggingReport:
                errno = dmaLog.Report(body[HeadBytes..], room, out dataBytes);
                return Finish(body, errno, dataBytes, reply, out replyBytes);
            default:
                errno = index == VfioUserProtocol.DefaultPreCopyInfoFeature
                    ? GetPreCopyInfo(data, out dataBytes)
                    : GetArcLatency(body[HeadBytes..], data, out dataBytes);
                break;
        }

        if (dataBytes > room.Length)
        {
            errno = Errno.EINVAL;
        }
        else
        {
            data[..dataBytes].CopyTo(room);
        }

        return Finish(body, errno, dataBytes, reply, out replyBytes);
    }

    private static Errno Finish(ReadOnlySpan<byte> body, Errno errno, int dataBytes, Span<byte> reply, out int replyBytes)
    {
        // argsz of the reply counts head and data.
        replyBytes = HeadBytes + dataBytes;
        BinaryPrimitives.WriteInt32LittleEndian(reply, replyBytes);
        body[4..HeadBytes].CopyTo(reply[4..]);
        return errno;
    }

    // u64 initial, u64 dirty, u32 flags, u32 reserved.
    private Errno GetPreCopyInfo(Span<byte> data, out int dataBytes)
    {
        dataBytes = PreCopyInfoBytes;
        if (device.GetState() is not (DeviceState.PreCopy or DeviceState.PreCopyP2P))
        {
            return Errno.EINVAL;
        }

        var info = device.GetPreCopyInfo();
        BinaryPrimitives.WriteInt64LittleEndian(data, info.InitialBytes);
        BinaryPrimitives.WriteInt64LittleEndian(data[8..], info.DirtyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(data[16..], info.Reinitialized ? Reinitialized : 0);
        return Errno.None;
    }

    // u32 from, u32 to in the request; the same and u64 worst_ns in the reply.
    private Errno GetArcLatency(ReadOnlySpan<byte> request, Span<byte> data, out int dataBytes)
    {
        dataBytes = ArcLatencyBytes;
        if (request.Length < ArcBytes)
        {
            return Errno.EINVAL;
        }

        var arc = new Arc((DeviceState)BinaryPrimitives.ReadInt32LittleEndian(request), (DeviceState)BinaryPrimitives.ReadInt32LittleEndian(request[4..]));
        if (!MigrationStateMachine.TryGetPath(arc.From, arc.To, device.Offer.Capabilities, out _))
        {
            return Errno.EINVAL;
        }

        request[..ArcBytes].CopyTo(data);
        BinaryPrimitives.WriteInt64LittleEndian(data[ArcBytes..], device.GetWorstArcLatency(arc).Ticks * TimeSpan.NanosecondsPerTick);
        return Errno.None;
    }
}
