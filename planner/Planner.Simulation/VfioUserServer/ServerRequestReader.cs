using Planner.Devices;

namespace Planner.Simulation;

/// <summary>Takes requests from a channel, faithfully or with the faults of a server that does not reassemble.</summary>
internal sealed class ServerRequestReader
{
    // What one AF_UNIX buffer of the measured kernel holds: 16 bytes of header and 36528 of body.
    private const int OnePieceBytes = 36544;

    private readonly IByteChannel _channel;
    private readonly bool _reassembles;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(VfioUserProtocol.MaxMessageBytes);
    private int _start;
    private int _end;

    /// <summary>Makes the reader.</summary>
    /// <param name="channel">Where the requests come from.</param>
    /// <param name="reassembles">Whether requests are put together again however they arrive.</param>
    public ServerRequestReader(IByteChannel channel, bool reassembles)
    {
        _channel = channel;
        _reassembles = reassembles;
    }

    /// <summary>Takes one request.</summary>
    /// <param name="limit">How long to wait for its first bytes.</param>
    /// <param name="header">Its header.</param>
    /// <param name="body">What follows the header; valid until the next call.</param>
    /// <exception cref="IOException">The channel is broken.</exception>
    public ServerRequest Next(TimeSpan limit, out VfioUserHeader header, out ReadOnlySpan<byte> body) =>
        _reassembles ? NextWhole(limit, out header, out body) : NextAsItComes(limit, out header, out body);

    /// <summary>Whether another whole request of a command has arrived behind the last one.</summary>
    public bool HasWholeRequest(VfioUserCommand command) =>
        VfioUserHeader.TryRead(_buffer.AsSpan(_start, _end - _start), out var next) && next.Command == command && next.MessageBytes <= _end - _start;

    /// <summary>Puts the body of the last request back, to be taken for the next headers. Only where requests are reassembled.</summary>
    public void LeaveBody(int bodyBytes) => _start -= _reassembles ? bodyBytes : 0;

    private ServerRequest NextWhole(TimeSpan limit, out VfioUserHeader header, out ReadOnlySpan<byte> body)
    {
        body = default;
        header = default;
        if (_end - _start < VfioUserHeader.SizeBytes && Gather(VfioUserHeader.SizeBytes, limit) is var early and not ServerRequest.Whole)
        {
            return early;
        }

        _ = VfioUserHeader.TryRead(_buffer.AsSpan(_start), out header);
        if (header.MessageBytes is < VfioUserHeader.SizeBytes or > VfioUserProtocol.MaxMessageBytes)
        {
            return ServerRequest.Impossible;
        }

        var size = (int)header.MessageBytes;
        if (_end - _start < size && Gather(size, Timeout.InfiniteTimeSpan) is var late and not ServerRequest.Whole)
        {
            return late;
        }

        body = _buffer.AsSpan(_start + VfioUserHeader.SizeBytes, size - VfioUserHeader.SizeBytes);
        _start += size;
        return ServerRequest.Whole;
    }

    private ServerRequest Gather(int bytes, TimeSpan limit)
    {
        if (_buffer.Length - _start < bytes || _start == _end)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        while (_end - _start < bytes)
        {
            var count = Receive(_buffer.AsSpan(_end), _end == _start ? limit : Timeout.InfiniteTimeSpan);
            if (count <= 0)
            {
                return count < 0 ? ServerRequest.Nothing : ServerRequest.End;
            }

            _end += count;
        }

        return ServerRequest.Whole;
    }

    private ServerRequest NextAsItComes(TimeSpan limit, out VfioUserHeader header, out ReadOnlySpan<byte> body)
    {
        body = default;
        var count = Receive(_buffer.AsSpan(0, VfioUserHeader.SizeBytes), limit);
        if (!VfioUserHeader.TryRead(_buffer.AsSpan(0, Math.Max(count, 0)), out header))
        {
            return count < 0 ? ServerRequest.Nothing : ServerRequest.End;
        }

        if (header.MessageBytes is < VfioUserHeader.SizeBytes or > VfioUserProtocol.MaxMessageBytes)
        {
            return ServerRequest.Impossible;
        }

        var bodyBytes = (int)header.MessageBytes - VfioUserHeader.SizeBytes;
        if (bodyBytes == 0)
        {
            return ServerRequest.Whole;
        }

        var inOnePiece = Math.Min(bodyBytes, OnePieceBytes - VfioUserHeader.SizeBytes);
        count = Receive(_buffer.AsSpan(0, inOnePiece), Timeout.InfiniteTimeSpan);
        body = _buffer.AsSpan(0, count);
        return count == bodyBytes ? ServerRequest.Whole : count == 0 ? ServerRequest.End : ServerRequest.Short;
    }

    // The number of bytes; 0 at the end, -1 if the time went by.
    private int Receive(Span<byte> buffer, TimeSpan limit)
    {
        var count = _channel.Receive(buffer);
        while (count < 0)
        {
            if (!_channel.Wait(orToSend: false, limit == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(10) : limit) && limit != Timeout.InfiniteTimeSpan)
            {
                return -1;
            }

            count = _channel.Receive(buffer);
        }

        return count;
    }
}
