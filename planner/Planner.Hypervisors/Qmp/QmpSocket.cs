using System.Net.Sockets;
using System.Text;

namespace Planner.Hypervisors;

/// <summary>Connects to a monitor's UNIX socket.</summary>
internal static class QmpSocket
{
    private const int MaxPathBytes = 107;

    /// <summary>Connects.</summary>
    /// <param name="path">The socket's file name, at most 107 bytes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpException">The path cannot be that of a socket, nobody listens there, or this user may not connect.</exception>
    public static async Task<NetworkStream> ConnectAsync(string path, CancellationToken cancellation)
    {
        Check(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw CannotConnect(path, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Check(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new QmpException(QmpFault.CannotConnect, "The path of the monitor's socket is empty or has a zero byte; name the socket of -qmp unix:PATH,server=on.");
        }

        var lengthBytes = Encoding.UTF8.GetByteCount(path);
        if (lengthBytes > MaxPathBytes)
        {
            throw new QmpException(QmpFault.CannotConnect, $"{path}: the path has {lengthBytes} bytes and a UNIX socket takes at most {MaxPathBytes}; use a shorter path.");
        }
    }

    private static QmpException CannotConnect(string path, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => Failure(QmpFault.CannotConnect, path, "this user may not connect to the socket; run as a user who may write to it", e),
        SocketError.ConnectionRefused => Failure(QmpFault.CannotConnect, path, "nobody listens on this socket; check that QEMU runs and that this is its QMP socket", e),
        SocketError.WouldBlock or SocketError.TryAgain => Failure(
            QmpFault.NoGreeting, path, "other clients already wait for this monitor, which serves one at a time; disconnect them or give QEMU a second -qmp", e),
        SocketError.ProtocolType => Failure(QmpFault.CannotConnect, path, "this is not a stream socket; name the socket of a QMP monitor", e),
        _ when !File.Exists(path) => Failure(QmpFault.CannotConnect, path, "there is no such socket; start QEMU with -qmp unix:PATH,server=on or correct the path", e),
        _ => Failure(QmpFault.CannotConnect, path, $"cannot connect ({e.Message}); check that a QMP monitor listens there", e),
    };

    private static QmpException Failure(QmpFault fault, string path, string what, Exception cause) =>
        new(fault, $"{path}: {what}.", innerException: cause);
}
