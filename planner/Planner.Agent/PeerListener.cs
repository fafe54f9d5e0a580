using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Planner.Agent;

/// <summary>Lets agents of other hosts reach the sockets of machines that they bring here: those that the service named for a migration, and under a token that counts.</summary>
/// <param name="identity">Who is called.</param>
/// <param name="records">Whom the agent expects, and the highest tokens.</param>
/// <param name="clock">The time.</param>
/// <param name="say">Is told what an operator has to know.</param>
internal sealed class PeerListener(AgentIdentity identity, AgentRecords records, TimeProvider clock, Action<string> say)
{
    /// <summary>The kind under which expected migrations are kept.</summary>
    public const string Expected = "expected";

    // Those that have not said yet what for.
    private const int MostCalls = 1024;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is stopped.</summary>
    /// <param name="where">The address, such as <c>192.0.2.7:8444</c>.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="AgentRefusedException">It cannot listen there.</exception>
    public async Task RunAsync(string where, CancellationToken stop)
    {
        using var listener = Listen(where);
        using var room = new SemaphoreSlim(MostCalls);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(stop).ConfigureAwait(false);
                var socket = await listener.AcceptSocketAsync(stop).ConfigureAwait(false);
                socket.NoDelay = true;
                _ = AnswerAsync(socket, room, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                room.Release();
                say($"A call of another agent could not be taken ({e.Message.TrimEnd('.')}).");
                await Task.Delay(Rest, clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Why a call is refused, in one sentence; null if it is not.</summary>
    /// <param name="node">The host that calls.</param>
    /// <param name="call">What for.</param>
    public string? RefusalOf(string node, PeerCall call)
    {
        if (records.Find(Expected, call.Migration, AgentJson.Default.ExpectedMigration) is not { } expected || expected.SourceNode != node)
        {
            return $"Nobody has said that the migration {call.Migration} comes from {node}.";
        }

        return expected.Token != call.Token && call.Token.RefusalBeside(expected.Machine, expected.Token) is { } older ? older
            : records.Raise(expected.Machine, call.Token) is { } refusal ? refusal
            : call.Socket.Length > 0 && !expected.Sockets.Contains(call.Socket) ? $"The socket {call.Socket} is not one of the migration {call.Migration}."
            : null;
    }

    private static TcpListener Listen(string where)
    {
        if (!IPEndPoint.TryParse(where, out var at) || at.Port == 0)
        {
            throw new AgentRefusedException($"'{where}' is no address to listen at: write --peers ADDRESS:PORT, with an address that other hosts reach.");
        }

        var listener = new TcpListener(at);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new AgentRefusedException($"The agent cannot listen at {where} ({e.Message.TrimEnd('.')}): name another address with --peers.");
        }
    }

    private async Task AnswerAsync(Socket socket, SemaphoreSlim room, CancellationToken stop)
    {
        try
        {
            var (stream, node, call) = await TakeAsync(socket, room, stop).ConfigureAwait(false);
            await using (stream)
            {
                await AnswerAsync(stream, RefusalOf(node, call), call, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or Measurements.StoreException)
        {
            // Whoever called sees it.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task<(SslStream Stream, string Node, PeerCall Call)> TakeAsync(Socket socket, SemaphoreSlim room, CancellationToken stop)
    {
        try
        {
            return await PeerWire.TakeAsync(socket, identity, clock, stop).ConfigureAwait(false);
        }
        finally
        {
            room.Release();
        }
    }

    private async Task AnswerAsync(SslStream stream, string? refusal, PeerCall call, CancellationToken stop)
    {
        if (refusal is not null || call.Socket.Length == 0)
        {
            await PeerWire.AnswerAsync(stream, refusal, stop).ConfigureAwait(false);
            return;
        }

        using var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await near.ConnectAsync(new UnixDomainSocketEndPoint(call.Socket), stop).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            await PeerWire.AnswerAsync(stream, $"Nobody listens at {call.Socket} ({e.Message.TrimEnd('.')}).", stop).ConfigureAwait(false);
            return;
        }

        await PeerWire.AnswerAsync(stream, null, stop).ConfigureAwait(false);
        await PeerWire.CarryAsync(near, stream, clock, stop).ConfigureAwait(false);
    }
}
