using System.Buffers.Binary;
using System.Diagnostics;
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
public sealed class VfioUserConnection : IDisposable
{
    private const int MaxReplyBytes = 16 * 1024;
    private const int DataHeadBytes = 8;

    private const int MaxReadsUnderWay = 2;

    // Enough to hide the round trip; the replies to so few requests always fit in the socket.
    private const int MaxWritesUnderWay = 8;

    // What a server may send while this side is still sending: two messages of the largest size.
    private const int MaxEarlyBytes = 2 * VfioUserProtocol.MaxMessageBytes;

    private readonly IByteChannel _channel;
    private readonly byte[] _request = new byte[VfioUserHeader.SizeBytes + DataHeadBytes + VfioUserProtocol.MaxWriteDataBytes];
    private readonly byte[] _reply = new byte[MaxReplyBytes];
    private readonly bool _negotiated;
    private byte[] _early = [];
    private int _earlyStart;
    private int _earlyEnd;
    private bool _anythingReceived;
    private ushort _nextMessageId;
    private string _doing = "";
    private TimeSpan _limit;
    private long _deadline;
    private string? _givenUp;

    private VfioUserConnection(string address, IByteChannel channel, VfioUserOptions options)
    {
        Address = address;
        _channel = channel;
        var reply = Call(VfioUserCommand.Version, VersionMessage.Propose(options), options.AskTimeLimit, "the version handshake");
        if (reply.Failed)
        {
            throw Break(DeviceFault.Protocol, $"the server refused the version handshake ({reply.Error}); it needs vfio-user 0.{VfioUserProtocol.MinorVersion} or lower of major version 0");
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
        payload.CopyTo(_request.AsSpan(VfioUserHeader.SizeBytes));
        var id = SendRequest(command, payload.Length);
        var header = ReceiveReplyHeader(id, command);
        var payloadBytes = (int)header.MessageBytes - VfioUserHeader.SizeBytes;
        if (payloadBytes > MaxReplyBytes)
        {
            throw Break(DeviceFault.Protocol, $"the server answered {_doing} with {header.MessageBytes} bytes, which is too much");
        }

        var received = _reply.AsSpan(0, payloadBytes);
        ReceiveExactly(received);
        return header.IsError
            ? new VfioUserReply(true, (Errno)header.Error, [])
            : new VfioUserReply(false, Errno.None, received);
    }

    /// <summary>Reads migration data by one MIG_DATA_READ, or by a row of them with the next under way while one is received.</summary>
    /// <param name="buffer">Where the data goes.</param>
    /// <param name="inRow">Whether to fill the buffer by several requests. Only for a stream that is read to its end: a request
    /// that is under way when the data ends is answered too.</param>
    /// <param name="limit">The time limit of each request.</param>
    /// <param name="error">The error number if the server answered with an error.</param>
    /// <returns>The number of bytes read, or -1 if the server answered with an error.</returns>
    /// <remarks>libvfio-user pads the reply to the size that was asked for: what counts is the size in the body.</remarks>
    /// <exception cref="DeviceException">No reply that can be used came; the connection is closed.</exception>
    public int ReadData(Span<byte> buffer, bool inRow, TimeSpan limit, out Errno error)
    {
        Begin(limit, "a read of migration data");
        var largestBytes = Math.Min(VfioUserProtocol.MaxReadDataBytes, Agreement.MaxDataTransferBytes);
        var (askedBytes, readBytes, underWay, ended, refused) = (0, 0, 0, false, false);
        error = Errno.None;
        do
        {
            while (!ended && underWay < (inRow ? MaxReadsUnderWay : 1) && (askedBytes < buffer.Length || askedBytes + underWay == 0))
            {
                var sizeBytes = Math.Min(largestBytes, buffer.Length - askedBytes);
                WriteDataHead(sizeBytes);
                SendRequest(VfioUserCommand.MigDataRead, DataHeadBytes);
                askedBytes += sizeBytes;
                underWay++;
            }

            var header = ReceiveReplyHeader((ushort)(_nextMessageId - underWay), VfioUserCommand.MigDataRead);
            underWay--;
            _deadline = DeadlineIn(limit);
            var count = ReceiveData(header, buffer.Slice(readBytes, Math.Min(largestBytes, buffer.Length - readBytes)));
            if (count < 0 && !refused)
            {
                refused = true;
                error = (Errno)header.Error;
            }

            ended |= !inRow || count <= 0;
            readBytes += Math.Max(0, count);
        }
        while (underWay > 0 || (!ended && askedBytes < buffer.Length));

        return refused ? -1 : readBytes;
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

            // Replies of a row often come together: one call takes them all.
            if (_earlyEnd == _earlyStart && !TakeEarly())
            {
                WaitUntilReady(orToSend: false);
            }

            var header = ReceiveReplyHeader((ushort)(_nextMessageId - underWay), VfioUserCommand.MigDataWrite);
            Skip((int)header.MessageBytes - VfioUserHeader.SizeBytes);
            underWay--;
            _deadline = DeadlineIn(limit);
            if (header.IsError && !failed)
            {
                failed = true;
                error = (Errno)header.Error;
            }
        }

        return !failed;
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

    private static long DeadlineIn(TimeSpan limit) =>
        Stopwatch.GetTimestamp() + (long)Math.Min(limit.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 2);

    private void Begin(TimeSpan limit, string doing)
    {
        if (_givenUp is not null)
        {
            throw new DeviceException(
                DeviceFault.Disconnected, $"{Address}: the connection is no longer used because {_givenUp}; open the device again.");
        }

        _doing = doing;
        _limit = limit;
        _deadline = DeadlineIn(limit);
    }

    private void WriteDataHead(int sizeBytes)
    {
        var head = _request.AsSpan(VfioUserHeader.SizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head, DataHeadBytes + sizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], sizeBytes);
    }

    /// <summary>Sends the request whose payload is in the request buffer, header and payload in one piece.</summary>
    private ushort SendRequest(VfioUserCommand command, int payloadBytes)
    {
        var id = _nextMessageId++;
        var messageBytes = VfioUserHeader.SizeBytes + payloadBytes;
        new VfioUserHeader(id, command, (uint)messageBytes, VfioUserFlags.Command, 0).Write(_request);
        SendAll(_request.AsSpan(0, messageBytes));
        return id;
    }

    private void SendAll(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            int sentBytes;
            try
            {
                sentBytes = _channel.Send(message);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw Ended(e);
            }

            message = message[sentBytes..];
            if (sentBytes == 0 && !TakeEarly())
            {
                WaitUntilReady(orToSend: true);
            }
        }
    }

    /// <summary>Takes in what the server sends while this side cannot send: it may be waiting for that itself.</summary>
    private bool TakeEarly()
    {
        if (_earlyEnd == _early.Length)
        {
            if (_early.Length == MaxEarlyBytes)
            {
                throw Break(DeviceFault.Protocol, $"the server floods this client during {_doing}");
            }

            Array.Resize(ref _early, Math.Min(MaxEarlyBytes, Math.Max(4096, 2 * _early.Length)));
        }

        var receivedBytes = ReceiveSome(_early.AsSpan(_earlyEnd));
        _earlyEnd += receivedBytes;
        return receivedBytes > 0;
    }

    /// <summary>Receives what follows the header of an answer to MIG_DATA_READ.</summary>
    /// <returns>The bytes received; -1 for an error reply.</returns>
    private int ReceiveData(VfioUserHeader header, Span<byte> buffer)
    {
        var payloadBytes = (int)header.MessageBytes - VfioUserHeader.SizeBytes;
        if (header.IsError)
        {
            Skip(payloadBytes);
            return -1;
        }

        Span<byte> head = stackalloc byte[DataHeadBytes];
        if (payloadBytes < DataHeadBytes)
        {
            throw Break(DeviceFault.Protocol, $"the server's answer to {_doing} is too short");
        }

        ReceiveExactly(head);
        var sizeBytes = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (sizeBytes > buffer.Length || sizeBytes > payloadBytes - DataHeadBytes)
        {
            throw Break(DeviceFault.Protocol, $"the server's answer to {_doing} claims {sizeBytes} bytes, more than were asked for or sent");
        }

        ReceiveExactly(buffer[..(int)sizeBytes]);
        Skip(payloadBytes - DataHeadBytes - (int)sizeBytes);
        return (int)sizeBytes;
    }

    /// <summary>Receives headers until the reply comes; commands of the server in between are answered.</summary>
    private VfioUserHeader ReceiveReplyHeader(ushort id, VfioUserCommand command)
    {
        Span<byte> bytes = stackalloc byte[VfioUserHeader.SizeBytes];
        while (true)
        {
            ReceiveExactly(bytes);
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
        Skip((int)header.MessageBytes - VfioUserHeader.SizeBytes);
        if (header.WantsReply)
        {
            Span<byte> refusal = stackalloc byte[VfioUserHeader.SizeBytes];
            new VfioUserHeader(
                header.MessageId, header.Command, VfioUserHeader.SizeBytes, VfioUserFlags.Reply | VfioUserFlags.Error, (uint)Errno.EINVAL).Write(refusal);
            SendAll(refusal);
        }
    }

    private void Skip(int bytes)
    {
        while (bytes > 0)
        {
            var part = _reply.AsSpan(0, Math.Min(bytes, _reply.Length));
            ReceiveExactly(part);
            bytes -= part.Length;
        }
    }

    private void ReceiveExactly(Span<byte> buffer)
    {
        // A server that always has something to say must not keep a call for ever.
        if (Stopwatch.GetTimestamp() > _deadline)
        {
            throw NoAnswer();
        }

        var early = Math.Min(buffer.Length, _earlyEnd - _earlyStart);
        if (early > 0)
        {
            _early.AsSpan(_earlyStart, early).CopyTo(buffer);
            _earlyStart += early;
            if (_earlyStart == _earlyEnd)
            {
                _earlyStart = _earlyEnd = 0;
            }
        }

        var rest = buffer[early..];
        while (!rest.IsEmpty)
        {
            var receivedBytes = ReceiveSome(rest);
            rest = rest[receivedBytes..];
            if (receivedBytes == 0)
            {
                WaitUntilReady(orToSend: false);
            }
        }
    }

    /// <summary>Takes bytes that have arrived; 0 if there are none now.</summary>
    private int ReceiveSome(Span<byte> buffer)
    {
        try
        {
            switch (_channel.Receive(buffer))
            {
                case < 0:
                    return 0;
                case 0:
                    throw Ended(null);
                case var receivedBytes:
                    _anythingReceived = true;
                    return receivedBytes;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Ended(e);
        }
    }

    private void WaitUntilReady(bool orToSend)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _deadline);
        try
        {
            if (left > TimeSpan.Zero && _channel.Wait(orToSend, left))
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Ended(e);
        }

        throw NoAnswer();
    }

    private DeviceException NoAnswer() => Break(
        DeviceFault.TimedOut,
        _negotiated
            ? $"no answer to {_doing} within {UnitText.Format(_limit)}; the device may still be at it, so ask for its state over a new connection"
            : $"no answer to {_doing} within {UnitText.Format(_limit)}; another client may be connected, or this is not a vfio-user server");

    private DeviceException Ended(Exception? cause) => !_negotiated && _anythingReceived
        ? Break(DeviceFault.Protocol, $"the connection ended in the middle of {_doing}; check that a vfio-user server listens there", cause)
        : Break(DeviceFault.Disconnected, $"the server closed the connection during {_doing}; connect again and ask for the device's state", cause);

    private DeviceException Break(DeviceFault fault, string what, Exception? cause = null)
    {
        _givenUp ??= fault == DeviceFault.TimedOut ? "an answer did not come in time" : "it ended or broke the protocol";
        _channel.Dispose();
        return new DeviceException(fault, $"{Address}: {what}.", Errno.None, cause);
    }
}
