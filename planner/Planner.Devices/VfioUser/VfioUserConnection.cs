using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>
/// One connection to a vfio-user server: frames requests, matches replies, keeps time. It has no opinion about devices.
/// </summary>
/// <remarks>
/// A stream whose position is not certain is never used again: after a time-out, an end, or a message that breaks the protocol
/// the connection is closed and every later call throws. Error replies leave it alive. Not safe for several threads, except
/// <see cref="Dispose"/>. Sources: vfio-user specification 0.9.2 and the measured behaviour of libvfio-user.
/// </remarks>
internal sealed class VfioUserConnection : IDisposable
{
    private const int MaxReplyBytes = 16 * 1024;
    private const int DataHeadBytes = 8;

    private const int MaxReadsUnderWay = 2;

    // Enough to hide the round trip; the replies to so few requests always fit in the socket.
    private const int MaxWritesUnderWay = 8;

    private readonly TimedChannel _channel;
    private readonly byte[] _request = new byte[VfioUserHeader.SizeBytes + DataHeadBytes + VfioUserProtocol.MaxWriteDataBytes];
    private readonly byte[] _reply = new byte[MaxReplyBytes];
    private readonly bool _negotiated;
    private ushort _nextMessageId;
    private string _doing = "";
    private TimeSpan _limit;
    private string? _givenUp;

    private VfioUserConnection(string address, IByteChannel channel, VfioUserOptions options)
    {
        Address = address;
        _channel = new TimedChannel(channel, options.Clock);
        var reply = Call(VfioUserCommand.Version, VersionMessage.Propose(options), options.AskTimeLimit, "the version handshake");
        if (reply.Failed)
        {
            throw Break(DeviceFault.Protocol, $"the server refused the version handshake ({(reply.Error == Errno.None ? "without a reason" : reply.Error.ToString())}); it needs vfio-user 0.{VfioUserProtocol.MinorVersion} or lower of major version 0");
        }

        if (!VersionMessage.TryReadReply(reply.Payload, out var agreement, out var problem))
        {
            throw Break(DeviceFault.Protocol, $"the answer to the version handshake {problem}; check that a vfio-user server listens there");
        }

        Agreement = agreement;
        _negotiated = true;
    }

    /// <summary>The address for messages to people.</summary>
    public string Address { get; }

    /// <summary>What the handshake agreed.</summary>
    public VfioUserAgreement Agreement { get; }

    /// <summary>Negotiates over a fresh channel, which the connection owns from here on, also when this fails.</summary>
    /// <exception cref="DeviceException">The peer does not answer, speaks something else, or refuses.</exception>
    public static VfioUserConnection Negotiate(string address, IByteChannel channel, VfioUserOptions options)
    {
        try
        {
            return new VfioUserConnection(address, channel, options);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and waits for its reply.</summary>
    /// <param name="command">The command.</param>
    /// <param name="payload">What follows the header; at most 32 KiB.</param>
    /// <param name="limit">The time limit of the call.</param>
    /// <param name="doing">What is being done, for messages to people.</param>
    /// <exception cref="DeviceException">No reply that can be used came; the connection is closed.</exception>
    public VfioUserReply Call(VfioUserCommand command, scoped ReadOnlySpan<byte> payload, TimeSpan limit, string doing)
    {
        Begin(limit, doing);
        try
        {
            payload.CopyTo(_request.AsSpan(VfioUserHeader.SizeBytes));
            SendRequest(command, payload.Length);
            var header = ReceiveReplyHeader(1, command);
            var received = _reply.AsSpan(0, Math.Min(MaxReplyBytes, PayloadBytes(header)));
            if (received.Length < PayloadBytes(header))
            {
                throw Break(DeviceFault.Protocol, $"the server answered {_doing} with {header.MessageBytes} bytes, which is too much");
            }

            _channel.Receive(received);
            return header.IsError
                ? new VfioUserReply(true, (Errno)header.Error, [])
                : new VfioUserReply(false, Errno.None, received);
        }
        catch (Exception e) when (TimedChannel.IsFailure(e))
        {
            throw Broken(e);
        }
    }

    /// <summary>Reads migration data by one MIG_DATA_READ, or by a row of them with the next under way while one is received.</summary>
    /// <param name="buffer">Where the data goes.</param>
    /// <param name="inRow">Whether to fill the buffer by several requests. Only for a stream that is read to its end: a request
    /// that is under way when the data ends is answered too.</param>
    /// <param name="limit">The time limit of each request.</param>
    /// <param name="error">The error number if the server answered with an error.</param>
    /// <returns>The number of bytes read, 0 also for the error ENOMSG ("nothing now") outside of a row; -1 if the server answered with another error.</returns>
    /// <exception cref="DeviceException">No reply that can be used came; the connection is closed.</exception>
    public int ReadData(Span<byte> buffer, bool inRow, TimeSpan limit, out Errno error)
    {
        Begin(limit, "a read of migration data");
        try
        {
            return ReadRow(buffer, inRow ? MaxReadsUnderWay : 1, limit, out error);
        }
        catch (Exception e) when (TimedChannel.IsFailure(e))
        {
            throw Broken(e);
        }
    }

    /// <summary>Writes migration data as a row of MIG_DATA_WRITE requests, several of them under way at a time.</summary>
    /// <param name="data">The data; each request carries at most <see cref="VfioUserProtocol.MaxWriteDataBytes"/> of it.</param>
    /// <param name="limit">The time limit of each request.</param>
    /// <param name="error">The error number of the first request that the server answered with an error.</param>
    /// <returns>False if the server answered any request with an error. Later requests may have been taken all the same.</returns>
    /// <exception cref="DeviceException">A reply that can be used did not come; the connection is closed.</exception>
    public bool WriteData(ReadOnlySpan<byte> data, TimeSpan limit, out Errno error)
    {
        Begin(limit, "a write of migration data");
        try
        {
            return WriteRow(data, limit, out error);
        }
        catch (Exception e) when (TimedChannel.IsFailure(e))
        {
            throw Broken(e);
        }
    }

    /// <summary>Gives the connection up because what the server said makes no sense.</summary>
    /// <param name="what">What it did, to follow the address in a sentence.</param>
    /// <returns>The exception to throw.</returns>
    public DeviceException Nonsense(string what) => Break(DeviceFault.Protocol, what);

    /// <summary>Closes the connection; a call on another thread ends with <see cref="DeviceFault.Disconnected"/>.</summary>
    public void Dispose()
    {
        _givenUp ??= "it was closed here";
        _channel.Dispose();
    }

    private static int PayloadBytes(VfioUserHeader header) => (int)header.MessageBytes - VfioUserHeader.SizeBytes;

    private void Begin(TimeSpan limit, string doing)
    {
        if (_givenUp is not null)
        {
            throw new DeviceException(
                DeviceFault.Disconnected, $"{Address}: the connection is no longer used because {_givenUp}; open the device again.");
        }

        _doing = doing;
        _limit = limit;
        _channel.Allow(limit);
    }

    private void WriteDataHead(int sizeBytes)
    {
        var head = _request.AsSpan(VfioUserHeader.SizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head, DataHeadBytes + sizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], sizeBytes);
    }

    /// <summary>Sends the request whose payload is in the request buffer, header and payload in one piece.</summary>
    private void SendRequest(VfioUserCommand command, int payloadBytes)
    {
        var messageBytes = VfioUserHeader.SizeBytes + payloadBytes;
        new VfioUserHeader(_nextMessageId++, command, (uint)messageBytes, VfioUserFlags.Command, 0).Write(_request);
        _channel.Send(_request.AsSpan(0, messageBytes));
    }

    private int ReadRow(Span<byte> buffer, int mostUnderWay, TimeSpan limit, out Errno error)
    {
        var largestBytes = Math.Min(VfioUserProtocol.MaxReadDataBytes, Agreement.MaxDataTransferBytes);
        var (askedBytes, readBytes, underWay, ended) = (0, 0, 0, false);
        error = Errno.None;
        var refused = false;
        do
        {
            while (!ended && underWay < mostUnderWay && (askedBytes < buffer.Length || askedBytes + underWay == 0))
            {
                var sizeBytes = Math.Min(largestBytes, buffer.Length - askedBytes);
                WriteDataHead(sizeBytes);
                SendRequest(VfioUserCommand.MigDataRead, DataHeadBytes);
                askedBytes += sizeBytes;
                underWay++;
            }

            var header = ReceiveReplyHeader(underWay--, VfioUserCommand.MigDataRead);
            var count = ReceiveData(header, buffer.Slice(readBytes, Math.Min(largestBytes, buffer.Length - readBytes)), knowsNothingNow: mostUnderWay == 1);
            _channel.Allow(limit);
            if (count < 0 && !refused)
            {
                refused = true;
                error = (Errno)header.Error;
            }

            ended |= mostUnderWay == 1 || count <= 0;
            readBytes += Math.Max(0, count);
        }
        while (underWay > 0 || (!ended && askedBytes < buffer.Length));

        return refused ? -1 : readBytes;
    }

    /// <summary>Receives what follows the header of an answer to MIG_DATA_READ.</summary>
    /// <returns>The bytes received; 0 also for ENOMSG where "nothing now" is an answer, -1 for any other error reply.</returns>
    /// <remarks>libvfio-user pads the reply to the size that was asked for: what counts is the size in the body.</remarks>
    private int ReceiveData(VfioUserHeader header, Span<byte> buffer, bool knowsNothingNow)
    {
        var payloadBytes = PayloadBytes(header);
        if (header.IsError)
        {
            _channel.Skip(payloadBytes);
            return knowsNothingNow && (Errno)header.Error == Errno.ENOMSG ? 0 : -1;
        }

        if (payloadBytes < DataHeadBytes)
        {
            throw Break(DeviceFault.Protocol, $"the server's answer to {_doing} is too short");
        }

        Span<byte> head = stackalloc byte[DataHeadBytes];
        _channel.Receive(head);
        var sizeBytes = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (sizeBytes > buffer.Length || sizeBytes > payloadBytes - DataHeadBytes)
        {
            throw Break(DeviceFault.Protocol, $"the server's answer to {_doing} claims {sizeBytes} bytes, more than were asked for or sent");
        }

        _channel.Receive(buffer[..(int)sizeBytes]);
        _channel.Skip(payloadBytes - DataHeadBytes - (int)sizeBytes);
        return (int)sizeBytes;
    }

    private bool WriteRow(ReadOnlySpan<byte> data, TimeSpan limit, out Errno error)
    {
        var largestBytes = Math.Min(VfioUserProtocol.MaxWriteDataBytes, Agreement.MaxDataTransferBytes);
        var failed = false;
        var underWay = 0;
        error = Errno.None;
        while (underWay > 0 || (!failed && !data.IsEmpty))
        {
            if (!failed && !data.IsEmpty && underWay < MaxWritesUnderWay)
            {
                var chunk = data[..Math.Min(largestBytes, data.Length)];
                data = data[chunk.Length..];
                WriteDataHead(chunk.Length);
                chunk.CopyTo(_request.AsSpan(VfioUserHeader.SizeBytes + DataHeadBytes));
                SendRequest(VfioUserCommand.MigDataWrite, DataHeadBytes + chunk.Length);
                underWay++;
                continue;
            }

            _channel.Gather();
            var header = ReceiveReplyHeader(underWay--, VfioUserCommand.MigDataWrite);
            _channel.Skip(PayloadBytes(header));
            _channel.Allow(limit);
            if (header.IsError && !failed)
            {
                failed = true;
                error = (Errno)header.Error;
            }
        }

        return !failed;
    }

    /// <summary>Receives headers until the reply comes to the oldest request under way; commands of the server in between are answered.</summary>
    private VfioUserHeader ReceiveReplyHeader(int underWay, VfioUserCommand command)
    {
        var id = (ushort)(_nextMessageId - underWay);
        Span<byte> bytes = stackalloc byte[VfioUserHeader.SizeBytes];
        while (true)
        {
            _channel.Receive(bytes);
            _ = VfioUserHeader.TryRead(bytes, out var header);
            if (header.MessageBytes is < VfioUserHeader.SizeBytes or > VfioUserProtocol.MaxMessageBytes)
            {
                throw Break(DeviceFault.Protocol, $"what answered {_doing} is not a vfio-user message (it claims {header.MessageBytes} bytes); check that a vfio-user server listens there");
            }

            if (header.IsReply && header.MessageId == id && header.Command == command)
            {
                return header;
            }

            if (!header.IsCommand || header.Command is not (VfioUserCommand.DmaRead or VfioUserCommand.DmaWrite))
            {
                throw Break(DeviceFault.Protocol, $"the message that came during {_doing} is neither its answer nor a request for memory");
            }

            Refuse(header);
        }
    }

    /// <summary>Answers a DMA command of the server: this client maps no memory, so every address is invalid.</summary>
    private void Refuse(VfioUserHeader header)
    {
        _channel.Skip(PayloadBytes(header));
        if (header.WantsReply)
        {
            Span<byte> refusal = stackalloc byte[VfioUserHeader.SizeBytes];
            new VfioUserHeader(
                header.MessageId, header.Command, VfioUserHeader.SizeBytes, VfioUserFlags.Reply | VfioUserFlags.Error, (uint)Errno.EINVAL).Write(refusal);
            _channel.Send(refusal);
        }
    }

    private DeviceException Broken(Exception cause) => cause switch
    {
        TimeoutException when _negotiated => Break(
            DeviceFault.TimedOut,
            $"no answer to {_doing} within {Quantity.Format(_limit)}; the device may still be at it, so ask for its state over a new connection"),
        TimeoutException => Break(
            DeviceFault.TimedOut,
            $"no answer to {_doing} within {Quantity.Format(_limit)}; another client may be connected, or this is not a vfio-user server"),
        InvalidDataException => Break(DeviceFault.Protocol, $"the server floods this client during {_doing}"),
        _ when !_negotiated && _channel.AnythingReceived => Break(
            DeviceFault.Protocol, $"the connection ended in the middle of {_doing}; check that a vfio-user server listens there", cause),
        _ => Break(
            DeviceFault.Disconnected, $"the server closed the connection during {_doing}; connect again and ask for the device's state", cause),
    };

    private DeviceException Break(DeviceFault fault, string what, Exception? cause = null)
    {
        _givenUp ??= fault == DeviceFault.TimedOut ? "an answer did not come in time" : "it ended or broke the protocol";
        _channel.Dispose();
        return new DeviceException(fault, $"{Address}: {what}.", Errno.None, cause);
    }
}
