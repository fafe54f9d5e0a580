using System.Net.Sockets;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>A connected UNIX stream socket.</summary>
public sealed class UnixSocketChannel : IByteChannel
{
    // The largest request is about 32 KiB, and goes in one piece if the kernel may hold more than twice of it. A UNIX socket charges the sender: the
    // receiver's buffer does not count.
    private const int SendBufferBytes = 128 * 1024;

    private readonly Socket _socket;
    private readonly List<Socket> _readers = new(1);
    private readonly List<Socket> _writers = new(1);

    private UnixSocketChannel(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
        if (_socket.SendBufferSize < SendBufferBytes)
        {
            _socket.SendBufferSize = SendBufferBytes;
        }
    }

    /// <summary>Connects to a listening socket.</summary>
    /// <param name="path">The socket's file name, at most <see cref="SocketPaths.MaxBytes"/> bytes.</param>
    /// <param name="limit">How long to wait for a place in the server's queue.</param>
    /// <exception cref="DeviceException">Nobody listens there, or this user may not connect, or no place became free.</exception>
    public static UnixSocketChannel Connect(string path, TimeSpan limit)
    {
        // SO_SNDTIMEO also bounds connect(), which otherwise waits for ever on a server whose queue is full.
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = Math.Max(1, (int)Math.Min(limit.TotalMilliseconds, int.MaxValue)),
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new UnixSocketChannel(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw CannotConnect(path, VfioUserDriver.AddressOf(path), e);
        }
    }

    /// <summary>Takes a socket that a listener accepted.</summary>
    internal static UnixSocketChannel Of(Socket connected) => new(connected);

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<byte> data)
    {
        var sentBytes = _socket.Send(data, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sentBytes,
            SocketError.WouldBlock => 0,
            _ => throw new IOException($"sending failed ({error})", new SocketException((int)error)),
        };
    }

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer)
    {
        var receivedBytes = _socket.Receive(buffer, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => receivedBytes,
            SocketError.WouldBlock => -1,
            _ => throw new IOException($"receiving failed ({error})", new SocketException((int)error)),
        };
    }

    /// <inheritdoc/>
    public bool Wait(bool orToSend, TimeSpan limit)
    {
        try
        {
            if (!orToSend)
            {
                return _socket.Poll(limit, SelectMode.SelectRead);
            }

            _readers.Clear();
            _readers.Add(_socket);
            _writers.Clear();
            _writers.Add(_socket);
            Socket.Select(_readers, _writers, null, limit);
            return _readers.Count + _writers.Count > 0;
        }
        catch (SocketException e)
        {
            throw new IOException($"waiting failed ({e.SocketErrorCode})", e);
        }
    }

    /// <inheritdoc/>
    public bool WaitToSend(TimeSpan limit)
    {
        try
        {
            return _socket.Poll(limit, SelectMode.SelectWrite);
        }
        catch (SocketException e)
        {
            throw new IOException($"waiting failed ({e.SocketErrorCode})", e);
        }
    }

    /// <summary>Closes the socket; a wait on another thread ends.</summary>
    public void Dispose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already ended: closing is all that is left to do.
        }

        _socket.Dispose();
    }

    private static DeviceException CannotConnect(string path, string address, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => new DeviceException(
            DeviceFault.NoPermission, $"{address}: this user may not connect to the socket; run as a user who may write to it.", Errno.EACCES, e),
        SocketError.ConnectionRefused => new DeviceException(
            DeviceFault.NotFound, $"{address}: nobody listens on this socket; start the device's server.", Errno.ECONNREFUSED, e),
        SocketError.WouldBlock or SocketError.TimedOut => new DeviceException(
            DeviceFault.TimedOut, $"{address}: the server has too many clients waiting; disconnect the others.", Errno.EAGAIN, e),
        SocketError.ProtocolType => new DeviceException(
            DeviceFault.Protocol, $"{address}: this is not a stream socket; name the socket of a vfio-user server.", Errno.None, e),
        _ when !File.Exists(path) => new DeviceException(
            DeviceFault.NotFound, $"{address}: there is no such socket; start the device's server or correct the path.", Errno.ENOENT, e),
        _ => new DeviceException(
            DeviceFault.NotFound, $"{address}: cannot connect ({e.Message}); check that a vfio-user server listens there.", Errno.None, e),
    };
}
