using System.Net.Sockets;
using System.Text.Json;

namespace Planner.Tests.Lab;

/// <summary>Says lines to a monitor of QEMU and waits for the answer. It is there so that the lab can be tested without the planner.</summary>
internal sealed class RawMonitor : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    public RawMonitor(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
        Read();
        Execute("""{"execute":"qmp_capabilities"}""");
    }

    /// <summary>When QEMU sent an event, in seconds of the host's clock.</summary>
    public Dictionary<string, double> Events { get; } = [];

    public JsonElement Execute(string command)
    {
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(command));
        while (true)
        {
            var message = Read();
            if (message.TryGetProperty("event", out var name))
            {
                var time = message.GetProperty("timestamp");
                Events[name.GetString()!] = time.GetProperty("seconds").GetInt64() + (time.GetProperty("microseconds").GetInt64() / 1e6);
            }
            else
            {
                return message.TryGetProperty("return", out var result) ? result : throw new InvalidOperationException(message.ToString());
            }
        }
    }

    public void Dispose() => _reader.Dispose();

    private JsonElement Read() => JsonDocument.Parse(_reader.ReadLine() ?? throw new InvalidOperationException("the monitor was closed")).RootElement;
}
