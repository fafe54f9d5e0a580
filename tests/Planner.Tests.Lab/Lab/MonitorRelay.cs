using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Planner.Tests.Lab;

/// <summary>Stands between the planner and a monitor, sees every command, and can keep commands and answers from passing.</summary>
/// <remarks>When the monitor's process ends, nobody listens here any more, as with the process itself. What was kept when a client left is lost.</remarks>
internal sealed class MonitorRelay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _monitorPath;
    private readonly ManualResetEventSlim _commands = new(initialState: true);
    private readonly ManualResetEventSlim _answers = new(initialState: true);
    private readonly TaskCompletionSource _kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<IDisposable> _open = [];
    private volatile Func<string, bool>? _keepAt;

    public MonitorRelay(string path, string monitorPath)
    {
        (Path, _monitorPath) = (path, monitorPath);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "relay" }.Start();
    }

    public string Path { get; }

    /// <summary>Sees each command just before it passes.</summary>
    public Action<string>? Passes { get; set; }

    /// <summary>Completes when the first command of <see cref="KeepAt"/> is kept.</summary>
    public Task Kept => _kept.Task;

    /// <summary>The first such command, and all after it, are kept.</summary>
    public Func<string, bool>? KeepAt
    {
        set => _keepAt = value;
    }

    public bool KeepsCommands
    {
        set => Set(_commands, !value);
    }

    public bool KeepsAnswers
    {
        set => Set(_answers, !value);
    }

    /// <summary>Neither commands nor answers pass, and the connection stays open.</summary>
    public bool Stalled
    {
        set => KeepsCommands = KeepsAnswers = value;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var open in _open)
        {
            open.Dispose();
        }
    }

    private static void Set(ManualResetEventSlim gate, bool open)
    {
        if (open)
        {
            gate.Set();
        }
        else
        {
            gate.Reset();
        }
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                var client = _listener.Accept();
                var monitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                var ended = new CancellationTokenSource();
                _open.Add(client);
                _open.Add(monitor);
                try
                {
                    monitor.Connect(new UnixDomainSocketEndPoint(_monitorPath));
                }
                catch (SocketException)
                {
                    _listener.Dispose();
                    client.Dispose();
                    return;
                }

                var lines = new BlockingCollection<string>();
                Start(() => ReadCommands(client, lines), client, monitor, ended);
                Start(() => PassCommands(lines, monitor, ended.Token), client, monitor, ended);
                Start(() => PassAnswers(monitor, client, ended.Token), client, monitor, ended);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static void Start(Action work, Socket client, Socket monitor, CancellationTokenSource ended) => new Thread(() =>
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // One of both has left.
        }

        ended.Cancel();
        client.Dispose();
        monitor.Dispose();
    })
    { IsBackground = true, Name = "relay" }.Start();

    private static void ReadCommands(Socket client, BlockingCollection<string> lines)
    {
        using var reader = new StreamReader(new NetworkStream(client));
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }
    }

    private void PassCommands(BlockingCollection<string> lines, Socket monitor, CancellationToken ended)
    {
        foreach (var line in lines.GetConsumingEnumerable(ended))
        {
            if (_keepAt is { } at && at(line))
            {
                _keepAt = null;
                KeepsCommands = true;
                _kept.TrySetResult();
            }

            _commands.Wait(ended);
            Passes?.Invoke(line);
            monitor.Send(Encoding.UTF8.GetBytes(line + "\r\n"));
        }
    }

    private void PassAnswers(Socket monitor, Socket client, CancellationToken ended)
    {
        var chunk = new byte[64 << 10];
        var read = 0;
        do
        {
            try
            {
                read = monitor.Receive(chunk);
            }
            catch (SocketException)
            {
                read = 0;
            }

            _answers.Wait(ended);
            if (read == 0 && !ended.IsCancellationRequested)
            {
                // As with a process that has ended: the file is there, and nobody listens.
                _listener.Dispose();
            }

            for (var sent = 0; sent < read;)
            {
                sent += client.Send(chunk, sent, read - sent, SocketFlags.None);
            }
        }
        while (read > 0);
    }
}
