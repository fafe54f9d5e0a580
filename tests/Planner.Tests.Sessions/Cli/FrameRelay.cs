using System.Buffers.Binary;
using System.Net.Sockets;

namespace Planner.Tests.Cli;

/// <summary>Stands between a client and a vfio-user server, and sees every request before the server does.</summary>
internal sealed class FrameRelay : IDisposable
{
    private const int HeaderBytes = 16;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _sockets = [];
    private readonly string _serverPath;

    /// <param name="path">Where clients connect.</param>
    /// <param name="serverPath">The server's socket.</param>
    public FrameRelay(string path, string serverPath)
    {
        _serverPath = serverPath;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        Start(Accept);
    }

    /// <summary>Is called before a request is handed on: the number of its command, and its payload.</summary>
    public Action<int, byte[]> OnRequest { get; set; } = (_, _) => { };

    /// <summary>How long each byte of the server's answers is held back.</summary>
    public TimeSpan HoldsEachByte { get; set; }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(s => s.Dispose());
        }
    }

    private static void Start(Action work) => new Thread(() =>
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of both has gone.
        }
    }) { IsBackground = true }.Start();

    private void Accept()
    {
        while (true)
        {
            var client = _listener.Accept();
            var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            lock (_sockets)
            {
                _sockets.AddRange([client, server]);
            }

            server.Connect(new UnixDomainSocketEndPoint(_serverPath));
            Start(() => Pump(server, () => Requests(client, server)));
            Start(() => Pump(client, () => Answers(server, client)));
        }
    }

    /// <summary>What ends on one side ends on the other.</summary>
    private static void Pump(Socket to, Action pump)
    {
        try
        {
            pump();
        }
        finally
        {
            to.Shutdown(SocketShutdown.Both);
        }
    }

    private void Requests(Socket client, Socket server)
    {
        var header = new byte[HeaderBytes];
        while (Fill(client, header))
        {
            var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) - HeaderBytes];
            Fill(client, payload);
            OnRequest(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)), payload);
            server.Send([.. header, .. payload]);
        }
    }

    private void Answers(Socket server, Socket client)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = server.Receive(buffer)) > 0)
        {
            for (var sent = 0; sent < count;)
            {
                var part = HoldsEachByte > TimeSpan.Zero ? 1 : count - sent;
                Thread.Sleep(HoldsEachByte);
                sent += client.Send(buffer.AsSpan(sent, part));
            }
        }
    }

    private static bool Fill(Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = socket.Receive(buffer);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }
}
