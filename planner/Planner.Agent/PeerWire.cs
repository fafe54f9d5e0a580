using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Planner.Agent;

/// <summary>How agents call each other: TLS with certificates on both sides, a line that says what for, a line that answers, then what the two ends of a socket say to each other.</summary>
internal static class PeerWire
{
    private const int LongestLine = 4096;
    private const int BufferBytes = 256 * 1024;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    /// <summary>Calls another agent.</summary>
    /// <param name="ends">Whom, and what for.</param>
    /// <param name="identity">Who calls.</param>
    /// <param name="clock">Keeps the time limit.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The connection, or why it is refused.</returns>
    /// <exception cref="IOException">The agent cannot be reached.</exception>
    public static async Task<(SslStream? Stream, string? Refusal)> CallAsync(TunnelEnds ends, AgentIdentity identity, TimeProvider clock, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(CallLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var at = ends.Peer.LastIndexOf(':');
        var tcp = new TcpClient { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await tcp.ConnectAsync(ends.Peer[..at].Trim('[', ']'), int.Parse(ends.Peer[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture), either.Token).ConfigureAwait(false);
            tcp.Client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            tls = new SslStream(tcp.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = ends.PeerNode,
                    ClientCertificates = [identity.Certificate!],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate!,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate is X509Certificate2 other && identity.IsOurs(other, isService: false) && Trust.NameOf(other) == ends.PeerNode,
                },
                either.Token).ConfigureAwait(false);
            await WriteLineAsync(tls, JsonSerializer.Serialize(ends.Call, RecordsJson.Default.PeerCall), either.Token).ConfigureAwait(false);
            var refusal = await ReadLineAsync(tls, either.Token).ConfigureAwait(false);
            if (refusal.Length == 0)
            {
                return (tls, null);
            }

            await tls.DisposeAsync().ConfigureAwait(false);
            return (null, refusal);
        }
        catch (Exception e) when (e is SocketException or AuthenticationException or IOException or OperationCanceledException or FormatException or ArgumentException)
        {
            tls?.Dispose();
            tcp.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw new IOException($"The agent of {ends.PeerNode} cannot be reached at {ends.Peer} ({(e is OperationCanceledException ? "it does not answer" : e.Message.TrimEnd('.'))}).", e);
        }
    }

    /// <summary>Takes a call.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="identity">Who is called.</param>
    /// <param name="clock">Keeps the time limit.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The connection, the host that calls, and what for.</returns>
    /// <exception cref="IOException">It is no call of another agent's.</exception>
    public static async Task<(SslStream Stream, string Node, PeerCall Call)> TakeAsync(Socket socket, AgentIdentity identity, TimeProvider clock, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(CallLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateSelectionCallback = (_, _) => identity.Certificate!,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 other && identity.IsOurs(other, isService: false),
                },
                either.Token).ConfigureAwait(false);
            var call = JsonSerializer.Deserialize(await ReadLineAsync(tls, either.Token).ConfigureAwait(false), RecordsJson.Default.PeerCall);
            return call is { Migration: not null, Token: not null, Socket: not null }
                ? (tls, Trust.NameOf((X509Certificate2)tls.RemoteCertificate!), call)
                : throw new IOException("That is no call of an agent.");
        }
        catch (Exception e) when (e is AuthenticationException or IOException or JsonException or OperationCanceledException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"A call was not taken ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Answers a call.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="refusal">Why it is refused; null if it is not.</param>
    /// <param name="cancel">Gives up.</param>
    public static Task AnswerAsync(Stream stream, string? refusal, CancellationToken cancel) => WriteLineAsync(stream, refusal ?? "", cancel);

    /// <summary>Carries what two ends say to each other, until both have said all. An end that has said all is waited for a while longer, for it may still listen.</summary>
    /// <param name="socket">A socket of this host.</param>
    /// <param name="far">The other host.</param>
    /// <param name="clock">Keeps the time limit.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task CarryAsync(Socket socket, SslStream far, TimeProvider clock, CancellationToken cancel)
    {
        await using var near = new NetworkStream(socket, ownsSocket: false);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var there = CopyAsync(near, far, far.ShutdownAsync, ends.Token);
        var back = CopyAsync(far, near, () => Shut(socket), ends.Token);
        var first = await Task.WhenAny(there, back).ConfigureAwait(false);
        if (await first.ConfigureAwait(false))
        {
            await Task.WhenAny(Task.WhenAll(there, back), Task.Delay(CallLimit, clock, cancel)).ConfigureAwait(false);
        }

        // Whoever was cut off in the middle holds nobody's socket any longer.
        await ends.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(false);
    }

    private static Task Shut(Socket socket)
    {
        socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }

    /// <returns>Whether all was said that there was to say.</returns>
    private static async Task<bool> CopyAsync(Stream from, Stream to, Func<Task> end, CancellationToken cancel)
    {
        try
        {
            await from.CopyToAsync(to, BufferBytes, cancel).ConfigureAwait(false);
            await end().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task WriteLineAsync(Stream stream, string line, CancellationToken cancel)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n"), cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    // Byte by byte: what comes after the line is not for this.
    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancel)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]);
            }

            line.Add(one[0]);
            if (line.Count > LongestLine)
            {
                throw new IOException("its line is too long");
            }
        }

        throw new IOException("it was closed");
    }
}
