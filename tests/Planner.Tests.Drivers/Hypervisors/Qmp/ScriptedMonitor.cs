using System.Net.Sockets;
using System.Text;
using Planner.Hypervisors;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

/// <summary>A peer on a real UNIX socket that does what the test says, one client at a time as QEMU does.</summary>
public sealed class ScriptedMonitor : IAsyncDisposable
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": "Debian 1:10.0.2+ds-2"}, "capabilities": ["oob"]}}""";

    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StringBuilder _unread = new();
    private Socket? _client;
    private bool _hasLine;

    public ScriptedMonitor(int backlog = 4)
    {
        SocketPath = _folder.File("qmp.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(backlog);
    }

    public string SocketPath { get; }

    /// <summary>The client that was accepted.</summary>
    public Socket Client => _client!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens a connection as QEMU does.</summary>
    public async Task<QmpConnection> OpenAsync(QmpOptions? options = null, TimeProvider? time = null, string greeting = Greeting)
    {
        var opening = ConnectAsync(options, time);
        await AcceptAsync();
        await SendAsync(greeting + "\r\n");
        Assert.Equal("""{"execute":"qmp_capabilities","id":1}""", await ReadAsync());
        await SendAsync("""{"return": {}, "id": 1}""" + "\r\n");
        return await opening.WaitAsync(HangGuard, Cancellation);
    }

    /// <summary>Begins to open a connection.</summary>
    public Task<QmpConnection> ConnectAsync(QmpOptions? options = null, TimeProvider? time = null) =>
        QmpConnection.OpenAsync(SocketPath, options ?? new QmpOptions { OpenTimeLimit = HangGuard }, time ?? TimeProvider.System, Cancellation);

    public async Task AcceptAsync()
    {
        _client = await _listener.AcceptAsync(Cancellation).AsTask().WaitAsync(HangGuard, Cancellation);
        _client.SendTimeout = (int)HangGuard.TotalMilliseconds;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var rest = bytes.AsMemory(); !rest.IsEmpty;)
        {
            rest = rest[await Client.SendAsync(rest, SocketFlags.None, Cancellation).AsTask().WaitAsync(HangGuard, Cancellation)..];
        }
    }

    /// <summary>Sends without an end until the client has closed.</summary>
    public async Task SendUntilClosedAsync(byte[] bytes)
    {
        try
        {
            while (true)
            {
                await SendAsync(bytes);
            }
        }
        catch (SocketException)
        {
            // The client has closed.
        }
    }

    /// <summary>Reads one command, a line of JSON.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            // Only what is new can have the end of the line, since commands have no line breaks within.
            if (_hasLine)
            {
                var text = _unread.ToString();
                var end = text.IndexOf("\r\n", StringComparison.Ordinal);
                _unread.Remove(0, end + 2);
                _hasLine = text.IndexOf("\r\n", end + 2, StringComparison.Ordinal) >= 0;
                return text[..end];
            }

            var count = await Client.ReceiveAsync(buffer, SocketFlags.None, Cancellation).AsTask().WaitAsync(HangGuard, Cancellation);
            Assert.True(count > 0, "The client closed the connection.");
            _unread.Append(Encoding.UTF8.GetString(buffer, 0, count));
            _hasLine = buffer.AsSpan(0, count).Contains((byte)'\n');
        }
    }

    public void CloseClient() => _client?.Dispose();

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _listener.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
