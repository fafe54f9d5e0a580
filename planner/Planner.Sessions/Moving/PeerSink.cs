using System.Buffers.Binary;
using System.Net.Sockets;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Sends the state of a device to a peer over a connected stream socket, UNIX or TCP.</summary>
/// <remarks>Not for several threads. The bytes go from the mover's buffer into the socket without another copy in this process.</remarks>
internal sealed class PeerSink : IStateWriter
{
    private readonly Socket _socket;
    private readonly string _peer;
    private long _bytes;

    /// <summary>Takes a connected socket; the caller closes it.</summary>
    /// <param name="socket">The socket; blocking.</param>
    /// <param name="peer">The peer's name for messages.</param>
    /// <param name="limit">How long the peer may take nothing. Above 0.</param>
    public PeerSink(Socket socket, string peer, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        _socket = socket;
        _peer = peer;
        _socket.SendTimeout = (int)Math.Min(int.MaxValue, Math.Ceiling(limit.TotalMilliseconds));
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            // The end of a stream is small, and the blackout waits for it.
            socket.NoDelay = true;
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[PeerFrame.HeadBytes];
        while (!data.IsEmpty)
        {
            var chunk = data[..Math.Min(data.Length, PeerFrame.MaxChunkBytes)];
            BinaryPrimitives.WriteInt32LittleEndian(head, chunk.Length);
            Send(head);
            Send(chunk);
            _bytes += chunk.Length;
            data = data[chunk.Length..];
        }
    }

    /// <summary>Says that a round or a stream is over, and how many bytes it had.</summary>
    /// <exception cref="DeviceException">The peer is gone.</exception>
    public void End()
    {
        Span<byte> end = stackalloc byte[PeerFrame.EndBytes];
        end.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(end[PeerFrame.HeadBytes..], _bytes);
        _bytes = 0;
        Send(end);
    }

    private void Send(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var sentBytes = _socket.Send(data, SocketFlags.None, out var error);
            if (error == SocketError.Interrupted)
            {
                continue;
            }

            if (error != SocketError.Success)
            {
                throw error is SocketError.TimedOut or SocketError.WouldBlock
                    ? new DeviceException(DeviceFault.TimedOut, $"{_peer}: the peer takes no more of the device's state; check it and the link.")
                    : new DeviceException(DeviceFault.Disconnected, $"{_peer}: the connection broke while the device's state was sent ({error}); start anew.");
            }

            data = data[sentBytes..];
        }
    }
}
