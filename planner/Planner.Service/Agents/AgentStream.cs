using System.Text.Json;
using Grpc.Core;
using Planner.Agent;
using Planner.Agent.Wire;
using Planner.Measurements;

namespace Planner.Service;

/// <summary>The service's side of the streams that agents dial.</summary>
internal sealed class AgentStream(ServiceParts parts) : Agents.AgentsBase
{
    /// <summary>What the paths of its calls begin with.</summary>
    public const string Path = "/planner.agents.v1.";

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<FromAgent> requestStream, IServerStreamWriter<ToAgent> responseStream, ServerCallContext context)
    {
        var (node, until) = Admit(context);
        if (!parts.IsReady)
        {
            // Whose migrations it has is not known yet.
            throw new RpcException(new Status(StatusCode.Unavailable, "The service is starting or stopping."));
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, parts.Stopping);
        using var silence = new Timer(_ => Cancel(ends), null, ServiceLink.Silence, Timeout.InfiniteTimeSpan);

        // A certificate is only looked at when a stream begins, so no stream outlives it.
        using var life = new Timer(_ => Cancel(ends), null, TimeSpan.FromTicks(Math.Clamp((until - parts.Now).Ticks, 0, TimeSpan.FromDays(40).Ticks)), Timeout.InfiniteTimeSpan);
        AttachedAgent? agent = null;
        try
        {
            if (!await requestStream.MoveNext(ends.Token).ConfigureAwait(false) || requestStream.Current.Hello is not { } hello)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "The first word of an agent is 'hello'."));
            }

            agent = new AttachedAgent(node, hello, parts.Now);
            if (!parts.Agents.TryAdd(agent))
            {
                agent = null;
                throw new RpcException(new Status(StatusCode.AlreadyExists, $"An agent of '{node}' is attached already: let only one run, or wait until that one is found to be gone."));
            }

            var kept = parts.AgentBook.Kept(node, hello.Epoch);
            await responseStream.WriteAsync(new ToAgent { Welcome = new Welcome { Kept = kept } }, ends.Token).ConfigureAwait(false);
            if (kept > hello.Last)
            {
                return;
            }

            FoundMachines.Register(parts, node, new Inventory());
            parts.AgentWork.Came(agent, kept);
            var writing = WriteAsync(agent, responseStream, ends.Token);
            var reading = ReadAsync(agent, requestStream, silence, ends.Token);
            await Task.WhenAny(writing, reading).ConfigureAwait(false);
            await ends.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(writing, reading).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or StoreException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e is StoreException ? e.Message : "The stream has come to its end: dial again."));
        }
        finally
        {
            if (agent is not null)
            {
                parts.Agents.Remove(agent);
                parts.Migrations.Wake();
            }
        }
    }

    /// <inheritdoc/>
    public override Task<Planner.Agent.Wire.Answer> Ask(Question request, ServerCallContext context)
    {
        Admit(context);
        try
        {
            return Task.FromResult(new Planner.Agent.Wire.Answer { Body = StoreDesk.Answer(parts.Samples, request) });
        }
        catch (ArgumentException e)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, e.Message));
        }
        catch (StoreException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message));
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    private (string Node, DateTimeOffset Until) Admit(ServerCallContext context)
    {
        var certificate = context.GetHttpContext().Connection.ClientCertificate;
        var (node, refusal) = parts.AgentBook.Admit(certificate);
        return node is null ? throw new RpcException(new Status(StatusCode.PermissionDenied, refusal!)) : (node, new DateTimeOffset(certificate!.NotAfter));
    }

    private static async Task WriteAsync(AttachedAgent agent, IServerStreamWriter<ToAgent> stream, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ServiceLink.BeatEvery);
        var tick = timer.WaitForNextTickAsync(stop).AsTask();
        var more = agent.Words.Reader.WaitToReadAsync(stop).AsTask();
        while (true)
        {
            await Task.WhenAny(more, tick).ConfigureAwait(false);
            while (agent.Words.Reader.TryRead(out var word))
            {
                await stream.WriteAsync(word, stop).ConfigureAwait(false);
            }

            if (more.IsCompleted)
            {
                if (!await more.ConfigureAwait(false))
                {
                    return;
                }

                more = agent.Words.Reader.WaitToReadAsync(stop).AsTask();
            }

            if (tick.IsCompleted)
            {
                await tick.ConfigureAwait(false);
                await stream.WriteAsync(new ToAgent { Beat = new Beat() }, stop).ConfigureAwait(false);
                tick = timer.WaitForNextTickAsync(stop).AsTask();
            }
        }
    }

    private async Task ReadAsync(AttachedAgent agent, IAsyncStreamReader<FromAgent> stream, Timer silence, CancellationToken stop)
    {
        while (await stream.MoveNext(stop).ConfigureAwait(false))
        {
            silence.Change(ServiceLink.Silence, Timeout.InfiniteTimeSpan);
            switch (stream.Current)
            {
                case { Entry: { } entry }:
                    await KeepAsync(agent, entry).ConfigureAwait(false);
                    agent.Send(new ToAgent { Kept = new Kept { Number = entry.Number } });
                    break;
                case { Inventory: { } inventory }:
                    FoundMachines.Register(parts, agent.Node, inventory);
                    agent.Inventory = inventory;
                    break;
                case { Progress: { } progress }:
                    Tell(agent, progress);
                    break;
                case { Expected: { } expected }:
                    agent.Take(expected);
                    break;
            }
        }
    }

    private async Task KeepAsync(AttachedAgent agent, Entry entry)
    {
        var (node, epoch) = (agent.Node, agent.Hello.Epoch);
        try
        {
            switch (entry.Kind)
            {
                case AgentRecords.Samples:
                    var batch = JsonSerializer.Deserialize(entry.Body, AgentJson.Default.MeasurementBatch)!;
                    parts.AgentBook.Keep(node, epoch, entry.Number, change => change.Keep(batch));
                    parts.AgentWork.Kept(agent, entry.Number);
                    return;
                case AgentRecords.Ended:
                    // First what it says, then that it is kept: said again it changes nothing.
                    await parts.AgentWork.EndedAsync(node, JsonSerializer.Deserialize(entry.Body, AgentJson.Default.MigrationEnd)!).ConfigureAwait(false);
                    break;
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            // Sent again it would be no better.
            parts.Options.Say($"The agent of {node} sent an entry that cannot be read, and it is lost: {e.Message}");
        }

        parts.AgentBook.Keep(node, epoch, entry.Number, null);
        parts.AgentWork.Kept(agent, entry.Number);
    }

    private void Tell(AttachedAgent agent, Progress progress)
    {
        try
        {
            if (JsonSerializer.Deserialize(progress.Notice, AgentJson.Default.MigrationWord)?.ToNotice(progress.Migration) is { } notice)
            {
                parts.AgentWork.Told(agent.Node, notice);
            }
        }
        catch (JsonException)
        {
            // What cannot be read is not told.
        }
    }
}
