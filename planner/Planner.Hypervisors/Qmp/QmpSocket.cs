using System.Buffers.Binary;
using System.Net.Sockets;
using Planner.Devices;

namespace Planner.Hypervisors;

/// <summary>Connects to a monitor's UNIX socket.</summary>
internal static class QmpSocket
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialBytes = 12;

    /// <summary>Connects.</summary>
    /// <param name="path">The socket's file name, at most <see cref="SocketPaths.MaxBytes"/> bytes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpException">The path cannot be that of a socket, nobody listens there, or this user may not connect.</exception>
    public static async Task<NetworkStream> ConnectAsync(string path, CancellationToken cancellation)
    {
        if (!SocketPaths.TryParse(path, path, out _, out var problem))
        {
            throw new QmpException(QmpFault.CannotConnect, problem);
        }

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

    /// <summary>The process that listens on a socket (SO_PEERCRED).</summary>
    /// <returns>Null if it is in another PID namespace.</returns>
    public static int? ServerOf(NetworkStream connected)
    {
        Span<byte> credentials = stackalloc byte[CredentialBytes];
        return connected.Socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(credentials) is > 0 and var id
            ? id
            : null;
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
