namespace Planner.Devices;

/// <summary>Whole messages over an <see cref="IByteChannel"/>, within a time limit.</summary>
/// <remarks>Its calls fail with <see cref="TimeoutException"/>, with <see cref="IOException"/> or
/// <see cref="ObjectDisposedException"/> when the channel has ended, and with <see cref="InvalidDataException"/> when the peer
/// floods this side. After a failure the position in the stream is not certain.</remarks>
internal sealed class TimedChannel(IByteChannel channel, TimeProvider clock) : IDisposable
{
    // What a peer may send while this side is still sending: two messages of the largest size.
    private const int MaxEarlyBytes = 2 * VfioUserProtocol.MaxMessageBytes;

    private readonly byte[] _skipped = new byte[4096];
    private byte[] _early = [];
    private int _earlyStart;
    private int _earlyEnd;
    private long _deadline;

    /// <summary>Whether the peer has ever sent a byte.</summary>
    public bool AnythingReceived { get; private set; }

    /// <summary>Whether an exception is one of those that calls fail with.</summary>
    public static bool IsFailure(Exception e) => e is TimeoutException or IOException or ObjectDisposedException or InvalidDataException;

    /// <summary>Starts the time of what follows.</summary>
    public void Allow(TimeSpan limit) =>
        _deadline = clock.GetTimestamp() + (long)Math.Min(limit.TotalSeconds * clock.TimestampFrequency, long.MaxValue / 2);

    /// <summary>Sends a message, in one piece if the channel takes it.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            var sentBytes = channel.Send(message);
            message = message[sentBytes..];

            // The peer may be unable to take anything before it is rid of what it sends itself.
            if (sentBytes == 0 && !TakeEarly())
            {
                Wait(orToSend: true);
            }
        }
    }

    /// <summary>Fills a buffer.</summary>
    public void Receive(Span<byte> buffer)
    {
        // A peer that always has something to say must not keep a call for ever.
        if (clock.GetTimestamp() > _deadline)
        {
            throw new TimeoutException();
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
                Wait(orToSend: false);
            }
        }
    }

    /// <summary>Receives bytes that nobody wants.</summary>
    public void Skip(int bytes)
    {
        while (bytes > 0)
        {
            var part = _skipped.AsSpan(0, Math.Min(bytes, _skipped.Length));
            Receive(part);
            bytes -= part.Length;
        }
    }

    /// <summary>Waits for the next bytes and takes in all that are there: messages of a row often come together.</summary>
    public void Gather()
    {
        while (_earlyEnd == _earlyStart && !TakeEarly())
        {
            Wait(orToSend: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private bool TakeEarly()
    {
        if (_earlyEnd == _early.Length)
        {
            if (_early.Length == MaxEarlyBytes)
            {
                throw new InvalidDataException();
            }

            Array.Resize(ref _early, Math.Min(MaxEarlyBytes, Math.Max(4096, 2 * _early.Length)));
        }

        var receivedBytes = ReceiveSome(_early.AsSpan(_earlyEnd));
        _earlyEnd += receivedBytes;
        return receivedBytes > 0;
    }

    /// <summary>Takes bytes that have arrived; 0 if there are none now.</summary>
    private int ReceiveSome(Span<byte> buffer)
    {
        var receivedBytes = channel.Receive(buffer);
        if (receivedBytes == 0)
        {
            throw new EndOfStreamException();
        }

        AnythingReceived |= receivedBytes > 0;
        return Math.Max(0, receivedBytes);
    }

    private void Wait(bool orToSend)
    {
        var left = clock.GetElapsedTime(clock.GetTimestamp(), _deadline);
        if (left <= TimeSpan.Zero || !channel.Wait(orToSend, left))
        {
            throw new TimeoutException();
        }
    }
}
