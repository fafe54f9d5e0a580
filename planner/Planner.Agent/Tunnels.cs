using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Planner.Measurements;

namespace Planner.Agent;

/// <summary>Sockets of this host that stand for sockets of another one: what is said to them goes to the agent there, under TLS. They outlive the agent's process, so that a recovery finds the other host.</summary>
internal sealed class Tunnels : IAsyncDisposable
{
    private const string Kind = "tunnel";
    private const int Backlog = 8;
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (TunnelEnds Ends, Socket Listener, Task Work)> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private int _bound;
    private readonly string _folder;
    private readonly AgentIdentity _identity;
    private readonly AgentRecords _records;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;

    /// <summary>Opens again what an earlier process left.</summary>
    /// <param name="folder">The folder of the sockets, for the owner only; its path has to be short.</param>
    /// <param name="identity">Who calls the other agents.</param>
    /// <param name="records">Where tunnels are kept.</param>
    /// <param name="clock">The time.</param>
    /// <param name="say">Is told what an operator has to know.</param>
    public Tunnels(string folder, AgentIdentity identity, AgentRecords records, TimeProvider clock, Action<string> say)
    {
        (_folder, _identity, _records, _clock, _say) = (folder, identity, records, clock, say);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (path, ends) in records.List(Kind, RecordsJson.Default.TunnelEnds))
        {
            Open(path, ends);
        }
    }

    /// <summary>Makes a tunnel. The same target of the same host has always the same socket, so that what is learned of it is found again.</summary>
    /// <param name="peer">Where the other agent is reached.</param>
    /// <param name="peerNode">The name of its host.</param>
    /// <param name="call">What is said to it.</param>
    /// <param name="origin">The address on the other host.</param>
    /// <returns>The path of the socket here.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string Open(string peer, string peerNode, PeerCall call, string origin)
    {
        var path = Path.Combine(_folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{peerNode}\n{call.Socket}")))[..16]}.sock");
        var ends = new TunnelEnds(peer, peerNode, call, origin);
        Close(path);
        _records.Put(Kind, path, ends, RecordsJson.Default.TunnelEnds);
        Open(path, ends);
        return path;
    }

    /// <summary>Closes the tunnels of a migration.</summary>
    public void Close(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            Close(path);
            _records.Delete(Kind, path);
        }
    }

    /// <summary>A side of an attempt as it is on its own host, where this one has it through tunnels.</summary>
    public AttemptSide OriginOf(AttemptSide side)
    {
        var ends = side.Address.Split(',').Select(a => _open.FirstOrDefault(t => a.EndsWith($":{t.Key}", StringComparison.Ordinal)).Value.Ends).ToList();
        return ends.Any(e => e is null) ? side : side with { Host = ends[0]!.PeerNode, Address = string.Join(',', ends.Select(e => e!.Origin)) };
    }

    /// <summary>Asks the other agent whether a token still counts there. Blocks, for a few seconds at the most.</summary>
    /// <returns>Why it does not, in one sentence, or that nobody answers; null if it does.</returns>
    public string? Ask(string peer, string peerNode, PeerCall call)
    {
        using var limit = new CancellationTokenSource(AskLimit, _clock);
        try
        {
            var (stream, refusal) = PeerWire.CallAsync(new TunnelEnds(peer, peerNode, call with { Socket = "" }, ""), _identity, _clock, limit.Token).GetAwaiter().GetResult();
            stream?.Dispose();
            return refusal;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return e is IOException ? e.Message : $"The agent of {peerNode} does not answer whether the machine may still go there.";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var (path, (_, listener, work)) in _open.ToArray())
        {
            listener.Dispose();
            await work.ConfigureAwait(false);
            File.Delete(path);
        }

        _stop.Dispose();
    }

    private void Close(string path)
    {
        if (_open.TryRemove(path, out var open))
        {
            open.Listener.Dispose();
            File.Delete(path);
        }
    }

    private void Open(string path, TunnelEnds ends)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // A listener that is let go of removes the name that it was bound to, whenever that may be: no later one may have that name.
            var bound = $"{path}.{Interlocked.Increment(ref _bound)}";
            File.Delete(bound);
            listener.Bind(new UnixDomainSocketEndPoint(bound));
            File.SetUnixFileMode(bound, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Backlog);
            File.Move(bound, path, overwrite: true);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or UnauthorizedAccessException or IOException)
        {
            listener.Dispose();
            throw new IOException($"The socket {path} for {ends.Origin} on {ends.PeerNode} cannot be made ({e.Message.TrimEnd('.')}): give the agent a shorter --state.", e);
        }

        _open[path] = (ends, listener, Task.Run(() => AcceptAsync(listener, ends)));
    }

    private async Task AcceptAsync(Socket listener, TunnelEnds ends)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var near = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = CarryAsync(near, ends);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket near, TunnelEnds ends)
    {
        using (near)
        {
            try
            {
                var (far, refusal) = await PeerWire.CallAsync(ends, _identity, _clock, _stop.Token).ConfigureAwait(false);
                if (far is null)
                {
                    _say(refusal!);
                    return;
                }

                await using (far)
                {
                    await PeerWire.CarryAsync(near, far, _clock, _stop.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // Whoever uses the socket sees that it is closed.
                if (e is IOException)
                {
                    _say(e.Message);
                }
            }
        }
    }
}
