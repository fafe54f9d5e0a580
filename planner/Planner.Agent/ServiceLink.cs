using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Planner.Agent.Wire;

namespace Planner.Agent;

/// <summary>The agent's stream to the service: dialled, kept alive, dialled again after a while that grows and differs from host to host.</summary>
/// <param name="services">Where the service is; of several that take turns one is dialled after another.</param>
/// <param name="identity">Who dials.</param>
/// <param name="records">The outbox.</param>
/// <param name="clock">The time.</param>
internal sealed class ServiceLink(IReadOnlyList<Uri> services, AgentIdentity identity, AgentRecords records, TimeProvider clock)
{
    /// <summary>How often both sides say that they live.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);

    /// <summary>A side that was silent for so long is gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private const int LongestAnswer = 64 * 1024 * 1024;
    private const int WaitingWords = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private volatile Attachment? _attached;
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first word: who the agent is and what it has under way.</summary>
    public required Func<Hello> Greet { get; init; }

    /// <summary>Is told what the service wants.</summary>
    public required Action<ToAgent> Take { get; init; }

    /// <summary>Is told, in a sentence, that the service is there or away.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>How often it was attached so far.</summary>
    public int TimesAttached { get; private set; }

    /// <summary>Sends something, if the service is there.</summary>
    public void Send(FromAgent word) => _attached?.Words.Writer.TryWrite(word);

    /// <summary>Says that there is an entry to send.</summary>
    public void Wake() => Interlocked.Exchange(ref _wake, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Asks the service, once it has what was measured here. Blocks, for a few seconds at the most.</summary>
    /// <returns>The answer; null where the service is away.</returns>
    public string? Ask(Question question)
    {
        if (_attached is not { } attached)
        {
            return null;
        }

        try
        {
            attached.AllKept.Wait(AskLimit, CancellationToken.None);
            return attached.Client.Ask(question, deadline: clock.GetUtcNow().UtcDateTime + AskLimit).Body;
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Keeps the stream up until it is stopped.</summary>
    /// <exception cref="AgentRefusedException">The service takes this host no more.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var (pause, isAway, at) = (FirstPause, false, services.Index().FirstOrDefault(s => s.Item == identity.Service).Index);
        while (!stop.IsCancellationRequested)
        {
            var service = services[at % services.Count];
            try
            {
                identity.Service = service;
                if (identity.IsDue(clock.GetUtcNow()))
                {
                    await RenewAsync(stop).ConfigureAwait(false);
                }

                await AttachAsync(
                    service,
                    () =>
                    {
                        if (isAway)
                        {
                            Say("The service is there again.");
                        }

                        (pause, isAway) = (FirstPause, false);
                    },
                    stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException or OperationCanceledException or Measurements.StoreException)
            {
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                // The next one may be the one that acts.
                at++;
                if (e is RpcException { StatusCode: StatusCode.PermissionDenied } refused)
                {
                    throw new AgentRefusedException(refused.Status.Detail);
                }

                if (!isAway)
                {
                    isAway = true;
                    Say($"The service at {string.Join(" and ", services)} is away ({Reason(e)}): migrations under way go on, and what is to be kept waits here.");
                }
            }

            // Five thousand hosts that lose their service at once must not come back at once.
            var spread = RandomNumberGenerator.GetInt32(500, 1500) / 1000.0;
            await Task.Delay(pause * spread, clock, stop).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            pause = isAway ? TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2)) : FirstPause;
        }
    }

    // As long as the certificate is good, the stream says whether the host is let in.
    private async Task RenewAsync(CancellationToken stop)
    {
        try
        {
            await identity.RenewAsync(stop).ConfigureAwait(false);
        }
        catch (AgentRefusedException) when (identity.Certificate!.NotAfter.ToUniversalTime() > clock.GetUtcNow().UtcDateTime)
        {
            // It is tried again before each stream.
        }
    }

    private static string Reason(Exception e) => e switch
    {
        RpcException rpc => rpc.Status.DebugException?.GetBaseException().Message.TrimEnd('.') ?? rpc.Status.Detail.TrimEnd('.'),
        OperationCanceledException => "it does not answer",
        _ => e.Message.TrimEnd('.'),
    };

    private async Task AttachAsync(Uri service, Action attached, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [identity.Certificate!],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate!,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => identity.IsOurs(certificate as X509Certificate2, isService: true),
            },
        };
        using var channel = GrpcChannel.ForAddress(service, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = false, MaxReceiveMessageSize = LongestAnswer });
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var call = new Agents.AgentsClient(channel).Attach(cancellationToken: ends.Token);
        ends.CancelAfter(Silence);
        await call.RequestStream.WriteAsync(new FromAgent { Hello = Greet() }, ends.Token).ConfigureAwait(false);
        if (!await call.ResponseStream.MoveNext(ends.Token).ConfigureAwait(false) || call.ResponseStream.Current.Welcome is not { } welcome)
        {
            throw new IOException("it says nothing");
        }

        // What the service has of this epoch beyond what is here was sent by what this store is a copy of.
        if (welcome.Kept > records.LastNumber)
        {
            records.BeginAnew();
            Say("The agent's store is older than what the service has of it, as after a restored backup: it begins anew, and nothing is sent twice.");
            return;
        }

        records.NoteKept(welcome.Kept);
        var attachment = new Attachment(new Agents.AgentsClient(channel), records.KeptNumber);
        attachment.Look(records.LastNumber);
        _attached = attachment;
        TimesAttached++;
        try
        {
            attached();
            ends.CancelAfter(Timeout.InfiniteTimeSpan);
            Task[] work = [WriteAsync(call.RequestStream, attachment, ends.Token), SendEntriesAsync(attachment, ends.Token), ReadAsync(call.ResponseStream, attachment, ends.Token), WatchAsync(attachment, ends.Token)];
            await Task.WhenAny(work).ConfigureAwait(false);
            await ends.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work).ConfigureAwait(false);
        }
        finally
        {
            _attached = null;
            attachment.Words.Writer.TryComplete();
        }
    }

    private static async Task WriteAsync(IClientStreamWriter<FromAgent> stream, Attachment attachment, CancellationToken stop)
    {
        await foreach (var word in attachment.Words.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            await stream.WriteAsync(word, stop).ConfigureAwait(false);
        }
    }

    private async Task SendEntriesAsync(Attachment attachment, CancellationToken stop)
    {
        var sent = attachment.Kept;
        while (true)
        {
            var wake = Volatile.Read(ref _wake).Task;
            var entries = records.Unsent(sent);
            foreach (var entry in entries)
            {
                await attachment.Words.Writer.WriteAsync(new FromAgent { Entry = entry }, stop).ConfigureAwait(false);
                sent = entry.Number;
            }

            attachment.Look(records.LastNumber);
            if (entries.Count == 0)
            {
                // Another process of this host may have written, too.
                await Task.WhenAny(wake, Task.Delay(BeatEvery, clock, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<ToAgent> stream, Attachment attachment, CancellationToken stop)
    {
        while (await stream.MoveNext(stop).ConfigureAwait(false))
        {
            attachment.Heard = clock.GetTimestamp();
            switch (stream.Current)
            {
                case { Kept: { } kept }:
                    records.NoteKept(kept.Number);
                    attachment.NoteKept(kept.Number);
                    break;
                case { Beat: not null }:
                    break;
                case var word:
                    Take(word);
                    break;
            }
        }
    }

    /// <summary>Beats, and ends the stream when the service is silent or the certificate is to be renewed: it is only looked at when a stream begins.</summary>
    private async Task WatchAsync(Attachment attachment, CancellationToken stop)
    {
        attachment.Heard = clock.GetTimestamp();
        using var timer = new PeriodicTimer(BeatEvery, clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (clock.GetElapsedTime(attachment.Heard) >= Silence)
            {
                throw new IOException("it does not answer");
            }

            if (identity.IsDue(clock.GetUtcNow()))
            {
                return;
            }

            attachment.Words.Writer.TryWrite(new FromAgent { Beat = new Beat() });
        }
    }

    /// <summary>One life of the stream.</summary>
    private sealed class Attachment(Agents.AgentsClient client, long kept)
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _last;

        public Agents.AgentsClient Client { get; } = client;

        public Channel<FromAgent> Words { get; } = Channel.CreateBounded<FromAgent>(WaitingWords);

        public long Kept { get; private set; } = kept;

        public long Heard { get; set; }

        /// <summary>Ends once the service has all that there is.</summary>
        public Task AllKept
        {
            get
            {
                lock (_gate)
                {
                    return _all.Task;
                }
            }
        }

        public void Look(long last)
        {
            lock (_gate)
            {
                _last = Math.Max(_last, last);
                Settle();
            }
        }

        public void NoteKept(long number)
        {
            lock (_gate)
            {
                Kept = Math.Max(Kept, number);
                Settle();
            }
        }

        private void Settle()
        {
            if (Kept >= _last)
            {
                _all.TrySetResult();
            }
            else if (_all.Task.IsCompleted)
            {
                _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
