using System.Buffers.Binary;
using System.Net.Sockets;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Receives the state of a device from a <see cref="PeerSink"/> over a connected stream socket, UNIX or TCP.</summary>
/// <remarks>Not for several threads. <see cref="Read"/> gives 0 once at the end of each round or stream.</remarks>
internal sealed class PeerSource : IStateReader
{
    private readonly Socket _socket;
    private readonly string _peer;
    private int _leftOfChunk;
    private long _bytes;

    /// <summary>Takes a connected socket; the caller closes it.</summary>
    /// <param name="socket">The socket; blocking.</param>
    /// <param name="peer">The peer's name for messages.</param>
    /// <param name="limit">How long the peer may send nothing. Above 0.</param>
    public PeerSource(Socket socket, string peer, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        _socket = socket;
        _peer = peer;
        _socket.ReceiveTimeout = (int)Math.Min(int.MaxValue, Math.Ceiling(limit.TotalMilliseconds));
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        if (_leftOfChunk == 0)
        {
            Span<byte> head = stackalloc byte[PeerFrame.EndBytes];
            Fill(head[..PeerFrame.HeadBytes]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
            if (length == 0)
            {
                Fill(head[PeerFrame.HeadBytes..]);
                CheckEnd(BinaryPrimitives.ReadInt64LittleEndian(head[PeerFrame.HeadBytes..]));
                return 0;
            }

            _leftOfChunk = length <= PeerFrame.MaxChunkBytes
                ? (int)length
                : throw new DeviceException(DeviceFault.Protocol, $"{_peer}: the peer announces {length} bytes in one piece, and at most {PeerFrame.MaxChunkBytes} are taken; it is no planner, or of another version.");
        }

        // As much as fits at once: the mover loads what is there while the rest is under way.
        var received = Receive(buffer[..Math.Min(buffer.Length, _leftOfChunk)]);
        _leftOfChunk -= received;
        _bytes += received;
        return received;
    }

    private void CheckEnd(long total)
    {
        var bytes = _bytes;
        _bytes = 0;
        if (bytes != total)
        {
            throw new DeviceException(DeviceFault.Protocol, $"{_peer}: {bytes} bytes of the device's state came and {total} were sent; do not start the device, and move it again.");
        }
    }

    private void Fill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Receive(buffer)..];
        }
    }

    private int Receive(Span<byte> buffer)
    {
        while (true)
        {
            var received = _socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success && received > 0)
            {
                return received;
            }

            if (error != SocketError.Interrupted)
            {
                throw error is SocketError.TimedOut or SocketError.WouldBlock
                    ? new DeviceException(DeviceFault.TimedOut, $"{_peer}: the peer sends nothing more of the device's state; check it and the link.")
                    : new DeviceException(DeviceFault.Disconnected, $"{_peer}: the connection ended in the middle of the device's state; move it again.");
            }
        }
    }
}
