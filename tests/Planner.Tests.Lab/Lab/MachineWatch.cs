using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Planner.Tests.Lab;

/// <summary>Looks on at a machine by a monitor of its own: keeps its events, and when its guest ran.</summary>
internal sealed class MachineWatch : IDisposable
{
    private static readonly TimeSpan AnswerGuard = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly Channel<JsonElement> _answers = Channel.CreateUnbounded<JsonElement>();
    private readonly ConcurrentQueue<(string Name, double Seconds, string? Status)> _events = new();
    private double? _killedSeconds;

    private MachineWatch(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
        new Thread(Read) { IsBackground = true, Name = "watch" }.Start();
    }

    /// <summary>Takes each event at once, with the status that it speaks of.</summary>
    public Action<string, string?>? Told { get; set; }

    /// <summary>Whether the guest ran when the watch began.</summary>
    public bool RanAtFirst { get; private set; }

    public IReadOnlyCollection<(string Name, double Seconds, string? Status)> Events => _events;

    /// <summary>When the guest ran, by the machine's own events, in seconds of the host's clock.</summary>
    public IReadOnlyList<(double From, double To)> Ran
    {
        get
        {
            var spans = new List<(double, double)>();
            double? from = RanAtFirst ? double.NegativeInfinity : null;
            foreach (var (name, seconds, _) in _events)
            {
                if (name == "RESUME")
                {
                    from ??= seconds;
                }
                else if (name == "STOP" && from is { } begun)
                {
                    spans.Add((begun, seconds));
                    from = null;
                }
            }

            if (from is { } still)
            {
                spans.Add((still, _killedSeconds ?? double.PositiveInfinity));
            }

            return spans;
        }
    }

    public static async Task<MachineWatch> StartAsync(string path)
    {
        var watch = new MachineWatch(path);
        await watch.AskAsync("qmp_capabilities");
        watch.RanAtFirst = await watch.IsRunningAsync();
        return watch;
    }

    public Task<JsonElement> AskAsync(string command) => SayAsync($$"""{"execute":"{{command}}"}""");

    /// <summary>Gives a whole command and waits for its answer.</summary>
    public async Task<JsonElement> SayAsync(string json)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(json + "\r\n"));
        var answer = await _answers.Reader.ReadAsync().AsTask().WaitAsync(AnswerGuard);
        return answer.TryGetProperty("return", out var value) ? value : throw new InvalidOperationException(answer.ToString());
    }

    public async Task<bool> IsRunningAsync() => (await AskAsync("query-status")).GetProperty("status").GetString() == "running";

    /// <summary>The migration's status; <c>none</c> if there was none.</summary>
    public async Task<string> MigrationAsync() =>
        (await AskAsync("query-migrate")).TryGetProperty("status", out var status) ? status.GetString()! : "none";

    /// <summary>All that a migration may change, as text.</summary>
    public async Task<string> SettingsAsync() => $"{await AskAsync("query-migrate-capabilities")}\n{await AskAsync("query-migrate-parameters")}";

    /// <summary>Waits until such an event was told.</summary>
    public async Task UntilAsync(string name, string? status = null, CancellationToken cancel = default)
    {
        while (!_events.Any(e => e.Name == name && (status is null || e.Status == status)))
        {
            await Task.Delay(Poll, cancel);
        }
    }

    /// <summary>Notes that the machine is about to be killed.</summary>
    public void NoteKill() => _killedSeconds = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    public void Dispose() => _reader.Dispose();

    private void Read()
    {
        try
        {
            while (_reader.ReadLine() is { } line)
            {
                var message = JsonDocument.Parse(line).RootElement;
                if (message.TryGetProperty("event", out var name))
                {
                    Take(name.GetString()!, message);
                }
                else if (!message.TryGetProperty("QMP", out _))
                {
                    _answers.Writer.TryWrite(message);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The machine has ended, or this object was disposed.
        }

        _answers.Writer.TryComplete();
    }

    private void Take(string name, JsonElement message)
    {
        var time = message.GetProperty("timestamp");
        var seconds = time.GetProperty("seconds").GetInt64() + (time.GetProperty("microseconds").GetInt64() / 1e6);
        var status = message.TryGetProperty("data", out var data) && data.TryGetProperty("status", out var s) ? s.GetString() : null;
        _events.Enqueue((name, seconds, status));
        Told?.Invoke(name, status);
    }
}
