using System.Buffers.Binary;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>One client's conversation with a simulated device, over any channel.</summary>
/// <remarks>Nothing a client sends makes it throw: what makes no sense is answered with an error or ends the conversation.</remarks>
internal sealed class VfioUserServerSession
{
    private const int DataHeadBytes = 8;
    private const ulong NoticedAddress = 0x1000;

    // More writes than fit into a socket's buffer are never waiting.
    private const int HeldReplies = 16;

    private readonly SimulatedDevice _device;
    private readonly ServerBehaviour _behaviour;
    private readonly IByteChannel _channel;
    private readonly ServerRequestReader _reader;
    private readonly ServerFeatures _features;
    private readonly ServerRegions _regions;
    private readonly ServerDmaLog _dmaLog = new();
    private readonly Queue<(VfioUserHeader Header, byte[] Body)> _waiting = new();
    private readonly byte[] _reply =
        GC.AllocateUninitializedArray<byte>(VfioUserHeader.SizeBytes + DataHeadBytes + VfioUserProtocol.DefaultMaxDataTransferBytes);

    private readonly byte[] _held = new byte[HeldReplies * VfioUserHeader.SizeBytes];

    private int _heldBytes;
    private ServerClient? _client;
    private long _quiescedAt;
    private readonly HashSet<ushort> _ownCommands = [];
    private ushort _nextOwnId;

    /// <summary>Begins a conversation.</summary>
    /// <param name="device">The device.</param>
    /// <param name="channel">The client; not disposed here.</param>
    /// <param name="behaviour">How the server behaves.</param>
    public VfioUserServerSession(SimulatedDevice device, IByteChannel channel, ServerBehaviour behaviour)
    {
        _device = device;
        _behaviour = behaviour;
        _channel = channel;
        _reader = new ServerRequestReader(channel, behaviour.ReassemblesRequests);
        _features = new ServerFeatures(device, behaviour, _dmaLog);
        _regions = new ServerRegions(device, behaviour.Migration);
    }

    private Span<byte> ReplyPayload => _reply.AsSpan(VfioUserHeader.SizeBytes);

    /// <summary>Answers requests until the client is gone or is given up.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client went away, perhaps in the middle of an arc. The device stays as it is.
        }
    }

    private bool Step()
    {
        if (_heldBytes > 0 && !_reader.HasWholeRequest(VfioUserCommand.MigDataWrite))
        {
            SendHeld();
        }

        var limit = _waiting.Count == 0
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks(Math.Max(0, _quiescedAt - _device.Clock.NowNanoseconds) / TimeSpan.NanosecondsPerTick);
        if (_waiting.Count > 0 && limit == TimeSpan.Zero)
        {
            EndQuiesce();
            return true;
        }

        switch (_reader.Next(limit, out var header, out var body))
        {
            case ServerRequest.Whole:
                return Take(header, body);
            case ServerRequest.Short:
                ReplyError(header, Errno.EINVAL);
                return true;
            case ServerRequest.Impossible:
                ReplyError(header, Errno.EINVAL);
                return false;
            case ServerRequest.Nothing:
                return true;
            default:
                return false;
        }
    }

    private bool Take(VfioUserHeader header, ReadOnlySpan<byte> body)
    {
        if (_client is null)
        {
            return Negotiate(header, body);
        }

        // A reply to a DMA command of the server's own has nothing that is of use; any other reply is refused like a message of no known type.
        if (header is { IsReply: true, Command: VfioUserCommand.DmaRead } && _ownCommands.Remove(header.MessageId))
        {
            return true;
        }

        if (!MustWait(header, body))
        {
            Carry(header, body);
        }

        return true;
    }

    private bool Negotiate(VfioUserHeader header, ReadOnlySpan<byte> body)
    {
        if (!header.IsCommand || header.Command != VfioUserCommand.Version || !ServerVersion.TryRead(body, out var client))
        {
            ReplyError(header, Errno.EINVAL);
            return false;
        }

        _client = client;
        Reply(header, ServerVersion.WriteReply(ReplyPayload, client, _behaviour, _device.Offer, _device.Profile.Deadline));
        return true;
    }

    // An asynchronous quiesce holds back the SET, everything that asks for or depends on the state, and nothing else.
    private bool MustWait(VfioUserHeader header, ReadOnlySpan<byte> body)
    {
        var isFeature = header.IsCommand && header.Command == VfioUserCommand.DeviceFeature;
        var begins = _behaviour.QuiesceDelay > TimeSpan.Zero && isFeature && _features.SetsState(body);
        var waits = begins || (_waiting.Count > 0 && isFeature && ServerFeatures.GetsState(body))
            || (_waiting.Count > 0 && header.Command is VfioUserCommand.MigDataRead or VfioUserCommand.MigDataWrite or VfioUserCommand.DeviceReset);
        if (!waits)
        {
            return false;
        }

        if (_waiting.Count == 0)
        {
            _quiescedAt = _device.Clock.NowNanoseconds + (_behaviour.QuiesceDelay.Ticks * TimeSpan.NanosecondsPerTick);
        }

        _waiting.Enqueue((header, body.ToArray()));
        return true;
    }

    private void EndQuiesce()
    {
        var lost = _behaviour.LosesQuiesce;
        while (_waiting.TryDequeue(out var request))
        {
            if (!lost)
            {
                Carry(request.Header, request.Body);
            }

            lost = false;
        }
    }

    private void Carry(VfioUserHeader header, ReadOnlySpan<byte> body)
    {
        Errno errno;
        int payloadBytes;
        try
        {
            errno = Handle(header, body, out payloadBytes);
        }
        catch (DeviceException e)
        {
            (errno, payloadBytes) = (e.Errno == Errno.None ? Errno.EIO : e.Errno, 0);
        }

        if (errno == Errno.None)
        {
            Reply(header, payloadBytes);
        }
        else
        {
            ReplyError(header, errno);
        }
    }

    private Errno Handle(VfioUserHeader header, ReadOnlySpan<byte> body, out int payloadBytes)
    {
        payloadBytes = 0;
        if (!header.IsCommand || !IsAllowedNow(header.Command))
        {
            return Errno.EINVAL;
        }

        switch (header.Command)
        {
            case VfioUserCommand.DmaMap:
                return _dmaLog.Map(body);
            case VfioUserCommand.DmaUnmap:
                return _dmaLog.Unmap(body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.DeviceGetInfo:
                return _regions.GetInfo(body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.DeviceGetRegionInfo:
                return _regions.GetRegionInfo(body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.RegionRead:
                return _regions.Read(body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.RegionWrite:
                return _regions.Write(body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.DeviceReset:
                return Reset();
            case VfioUserCommand.DeviceFeature when _behaviour.Migration != MigrationSupport.UnknownCommands:
                return _features.Handle(_client!, body, ReplyPayload, out payloadBytes);
            case VfioUserCommand.MigDataRead when _behaviour.Migration == MigrationSupport.V2:
                return ReadData(body, out payloadBytes);
            case VfioUserCommand.MigDataWrite when _behaviour.Migration == MigrationSupport.V2:
                return WriteData(body);
            default:
                if (_behaviour.LeavesBodiesOfUnknownCommands)
                {
                    _reader.LeaveBody(body.Length);
                }

                return Errno.EINVAL;
        }
    }

    // libvfio-user, measured: in STOP and STOP_COPY only regions, features and migration data; no regions in STOP_COPY.
    private bool IsAllowedNow(VfioUserCommand command)
    {
        if (!_behaviour.FiltersCommandsByState)
        {
            return true;
        }

        return _device.GetState() switch
        {
            DeviceState.Stop => command is VfioUserCommand.DeviceFeature or VfioUserCommand.RegionRead or VfioUserCommand.RegionWrite,
            DeviceState.StopCopy => command is VfioUserCommand.DeviceFeature or VfioUserCommand.MigDataRead,
            _ => true,
        };
    }

    private Errno Reset()
    {
        if (_behaviour.Reset != ResetBehaviour.Specification && _device.GetState() is DeviceState.Stop or DeviceState.StopCopy)
        {
            return Errno.EINVAL;
        }

        _device.Reset(keepsState: _behaviour.Reset == ResetBehaviour.KeepsState);
        _regions.Reset();
        return Errno.None;
    }

    // u32 argsz = 8 + size, u32 size, both ways; then the data. All of size is sent by a server that pads.
    private Errno ReadData(ReadOnlySpan<byte> body, out int payloadBytes)
    {
        payloadBytes = 0;
        if (!TryReadDataHead(body, out var sizeBytes) || !_device.GetState().IsSaving())
        {
            return Errno.EINVAL;
        }

        var target = ReplyPayload.Slice(DataHeadBytes, sizeBytes);
        var count = _device.Read(target[..Math.Min(sizeBytes, _behaviour.MostBytesPerRead ?? sizeBytes)]);
        if (count == 0 && sizeBytes > 0 && _behaviour.TemporaryEndIsAnError && _device.GetState() != DeviceState.StopCopy)
        {
            return Errno.ENOMSG;
        }

        BinaryPrimitives.WriteInt32LittleEndian(ReplyPayload, DataHeadBytes + count);
        BinaryPrimitives.WriteInt32LittleEndian(ReplyPayload[4..], count);
        payloadBytes = DataHeadBytes + count;
        if (_behaviour.PadsReadReplies)
        {
            target[count..].Clear();
            payloadBytes = DataHeadBytes + sizeBytes;
        }

        return Errno.None;
    }

    // The same head, then the data; all of it is taken or none.
    private Errno WriteData(ReadOnlySpan<byte> body)
    {
        if (!TryReadDataHead(body, out var sizeBytes) || _device.GetState() != DeviceState.Resuming || body.Length - DataHeadBytes < sizeBytes)
        {
            return Errno.EINVAL;
        }

        _device.Write(body.Slice(DataHeadBytes, sizeBytes));
        return Errno.None;
    }

    private bool TryReadDataHead(ReadOnlySpan<byte> body, out int sizeBytes)
    {
        sizeBytes = 0;
        if (body.Length < DataHeadBytes)
        {
            return false;
        }

        var argsz = BinaryPrimitives.ReadUInt32LittleEndian(body);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        if (size > Math.Min(_client!.MaxDataBytes, VfioUserProtocol.DefaultMaxDataTransferBytes) || argsz < DataHeadBytes + size)
        {
            return false;
        }

        sizeBytes = (int)size;
        return true;
    }

    private void Reply(VfioUserHeader request, int payloadBytes) => Send(request, VfioUserFlags.Reply, payloadBytes, 0);

    private void ReplyError(VfioUserHeader request, Errno errno) =>
        Send(request, VfioUserFlags.Reply | VfioUserFlags.Error, 0, _behaviour.ErrorsHaveNoNumber ? 0 : (uint)errno);

    private void Send(VfioUserHeader request, VfioUserFlags flags, int payloadBytes, uint error)
    {
        if ((request.Flags & VfioUserFlags.NoReply) != VfioUserFlags.Command)
        {
            return;
        }

        if (_behaviour.SendsDmaCommands && _client is not null && request.Command != VfioUserCommand.Version)
        {
            SendDmaRead();
        }

        var size = VfioUserHeader.SizeBytes + payloadBytes;
        var reply = new VfioUserHeader(request.MessageId, request.Command, (uint)size, flags, error);

        // A row of writes is answered in one piece, by the step that finds no further one.
        if (request.Command == VfioUserCommand.MigDataWrite && _heldBytes + size <= _held.Length)
        {
            reply.Write(_held.AsSpan(_heldBytes));
            _heldBytes += size;
            return;
        }

        SendHeld();
        reply.Write(_reply);
        SendAll(_reply.AsSpan(0, size));
    }

    private void SendHeld()
    {
        SendAll(_held.AsSpan(0, _heldBytes));
        _heldBytes = 0;
    }

    // u64 address, u64 count.
    private void SendDmaRead()
    {
        Span<byte> message = stackalloc byte[VfioUserHeader.SizeBytes + 16];
        _ownCommands.Add(_nextOwnId);
        new VfioUserHeader(_nextOwnId++, VfioUserCommand.DmaRead, (uint)message.Length, VfioUserFlags.Command, 0).Write(message);
        BinaryPrimitives.WriteUInt64LittleEndian(message[16..], NoticedAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(message[24..], sizeof(ulong));
        SendAll(message);
    }

    private void SendAll(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            var sent = _channel.Send(message);
            message = message[sent..];
            if (sent == 0)
            {
                _channel.WaitToSend(TimeSpan.FromSeconds(10));
            }
        }
    }
}
