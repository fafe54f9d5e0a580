using System.Net.Sockets;

namespace Planner.Lab;

/// <summary>Finds out whether somebody listens on a UNIX socket.</summary>
internal static class SocketProbe
{
    /// <summary>The longest path that a UNIX socket can have, in bytes, without the zero at its end.</summary>
    public const int MaximumPathBytes = 107;

    /// <summary>Connects and closes again.</summary>
    /// <param name="path">The socket.</param>
    public static bool Listens(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
