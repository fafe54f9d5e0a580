using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Planner.KernelTests;

/// <summary>A monitor of a nested QEMU, for the test beside the planner: the planner has the other one.</summary>
internal sealed class QmpMonitor : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly List<byte> _line = [];
    private readonly Queue<JsonElement> _messages = new();
    private readonly List<QmpEvent> _events = [];
    private readonly byte[] _buffer = new byte[1 << 14];

    private QmpMonitor(Socket socket) => _socket = socket;

    /// <summary>The events so far, oldest first.</summary>
    public IReadOnlyList<QmpEvent> Events => _events;

    /// <summary>Waits until the monitor takes a client.</summary>
    /// <param name="path">The monitor's socket.</param>
    /// <param name="isAlive">Whether waiting has a sense.</param>
    public static QmpMonitor Connect(string path, Func<bool> isAlive)
    {
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(10))
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                var monitor = new QmpMonitor(socket);
                monitor.Execute("qmp_capabilities");
                return monitor;
            }
            catch (SocketException) when (clock.Elapsed < Patience && isAlive())
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Executes a command.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="arguments">Its arguments as a JSON object; null for none.</param>
    /// <returns>What it returned.</returns>
    /// <exception cref="CheckFailedException">QEMU answered with an error, or not at all.</exception>
    public JsonElement Execute(string command, string? arguments = null)
    {
        _socket.Send(Encoding.UTF8.GetBytes($$"""{"execute":"{{command}}"{{(arguments is null ? "" : $",\"arguments\":{arguments}")}}}""" + "\n"));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience;)
        {
            if (Next(Patience - clock.Elapsed) is not { } message)
            {
                break;
            }

            if (message.TryGetProperty("return", out var returned))
            {
                return returned;
            }

            Check.That(!message.TryGetProperty("error", out var error), $"{command}: QEMU said {error}");
        }

        throw new CheckFailedException($"{command}: QEMU did not answer");
    }

    /// <summary>Waits for an event, from the first that this client saw on.</summary>
    /// <returns>The event; null if it did not come in time.</returns>
    public QmpEvent? WaitFor(Predicate<QmpEvent> wanted, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            if (_events.Find(wanted) is { } seen)
            {
                return seen;
            }
        }
        while (Next(patience - clock.Elapsed) is not null);
        return null;
    }

    /// <summary>The state of this side's migration, such as <c>active</c>; empty before the first.</summary>
    public string MigrationStatus() => Execute("query-migrate").TryGetProperty("status", out var status) ? status.GetString()! : "";

    /// <summary>Whether the machine runs.</summary>
    public bool IsRunning() => Execute("query-status").GetProperty("running").GetBoolean();

    public void Dispose() => _socket.Dispose();

    // One message, answer or event; null when the time is over or the monitor is gone.
    private JsonElement? Next(TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (_messages.Count == 0)
        {
            var left = patience - clock.Elapsed;
            if (left <= TimeSpan.Zero || !_socket.Poll(left, SelectMode.SelectRead))
            {
                return null;
            }

            var bytes = _socket.Receive(_buffer);
            if (bytes == 0)
            {
                return null;
            }

            Take(_buffer.AsSpan(0, bytes));
        }

        return _messages.Dequeue();
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b != '\n')
            {
                _line.Add(b);
                continue;
            }

            using var document = JsonDocument.Parse(_line.ToArray());
            var message = document.RootElement.Clone();
            _line.Clear();
            _messages.Enqueue(message);
            if (message.TryGetProperty("event", out var name))
            {
                _events.Add(new QmpEvent(name.GetString()!, message.TryGetProperty("data", out var data) ? data : default));
            }
        }
    }
}
