using System.Collections.Concurrent;
using System.Globalization;
using Planner.Agent;
using Planner.Agent.Wire;
using Planner.Documents;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>
/// Migrations that agents carry out. One under way belongs to the agent of its source, and to that one's journal, to its end: the service hands it over once, listens, and keeps how it ended. Whoever
/// takes the service over goes on listening, and begins nothing anew.
/// </summary>
internal sealed class AgentWork(ServiceParts parts)
{
    private const string Prefix = "agent of ";
    private static readonly TimeSpan ExpectLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Run> _runs = new();

    private readonly Lock _gate = new();
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private MachineToken? _token;

    /// <summary>In whose name machines are moved: later than in every start before, and than whatever an agent has seen.</summary>
    private MachineToken Token
    {
        get
        {
            lock (_gate)
            {
                return _token ??= NextToken(0, 0);
            }
        }
    }

    /// <summary>Who runs a migration that leaves a node, as operations have it; null where no agent does.</summary>
    public string? RunBy(string? node) => parts.AgentBook.HasAgent(node) ? Prefix + node : null;

    /// <summary>The node whose agent runs a migration; null where none does.</summary>
    public static string? NodeOf(Operation operation) => operation.RunBy is { } by && by.StartsWith(Prefix, StringComparison.Ordinal) ? by[Prefix.Length..] : null;

    /// <summary>Why a migration cannot begin yet, in one sentence; null if it can.</summary>
    public string? FindWait(Operation operation) => new[] { operation.SourceNode, operation.DestinationNode }
        .FirstOrDefault(node => parts.AgentBook.HasAgent(node) && parts.Agents.Find(node!) is null) is { } away
            ? $"waits for the agent of {away}, which is away"
            : null;

    /// <summary>Takes notice of a migration that was handed over before this service began, so that its end is not missed.</summary>
    public void Resume(LiveMigration live) => _runs[live.Operation.Id] = new Run(live, NodeOf(live.Operation)!) { IsHandedOver = true };

    /// <summary>Has a migration carried out, or waits for the end of one that was handed over before.</summary>
    /// <param name="live">The migration.</param>
    /// <param name="node">The node whose agent has it.</param>
    /// <param name="order">What is handed over; null for one that was.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="RefusedException">It cannot be handed over.</exception>
    public async Task<Operation> RunAsync(LiveMigration live, string node, MigrationOrder? order)
    {
        var run = _runs.GetOrAdd(live.Operation.Id, _ => new Run(live, node));
        try
        {
            if (order is not null)
            {
                await HandOverAsync(run, order).ConfigureAwait(false);
            }

            await using var cancels = live.Stop.Token.Register(() => parts.Agents.Find(node)?.Send(new ToAgent { Cancel = new Cancel { Migration = live.Operation.Id } }));
            var end = await run.End.Task.ConfigureAwait(false);
            return Ended(live.Operation, end);
        }
        finally
        {
            _runs.TryRemove(live.Operation.Id, out _);
            if (live.Operation.DestinationNode is { } destination && destination != node)
            {
                parts.Agents.Find(destination)?.Send(new ToAgent { Release = new Release { Migration = live.Operation.Id } });
            }
        }
    }

    /// <summary>An agent's stream is up: what it was to carry out and neither has under way nor has ended has never begun.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="kept">How far its outbox is kept.</param>
    public void Came(AttachedAgent agent, long kept)
    {
        RaiseAbove(agent.Hello.Highest);
        foreach (var run in _runs.Values.Where(r => r.Node == agent.Node && r.Live.Operation.CancelRequested))
        {
            agent.Send(new ToAgent { Cancel = new Cancel { Migration = run.Live.Operation.Id } });
        }

        Kept(agent, kept);
        parts.Migrations.Wake();
    }

    /// <summary>An entry of an agent is kept. Once all are that it had when it came, it is known what never began.</summary>
    public void Kept(AttachedAgent agent, long number)
    {
        if (number < agent.Hello.Unsent)
        {
            return;
        }

        foreach (var run in _runs.Values.Where(r => r.Node == agent.Node && r.IsHandedOver && r.HandedTo != agent && !agent.Hello.Running.Contains(r.Live.Operation.Id)))
        {
            run.End.TrySetResult(FromLedger(run.Live.Operation) ?? new MigrationEnd(
                run.Live.Operation.Id, MigrationOutcome.Stayed, $"The agent of {agent.Node} was ended before anything was touched.", null) { CheapestChange = "ask for it again", WasInterrupted = true });
        }
    }

    /// <summary>Something happened in a migration.</summary>
    public void Told(string node, SessionNotice notice)
    {
        if (_runs.TryGetValue(notice.MigrationId, out var run) && run.Node == node)
        {
            run.Live.On(notice);
        }
    }

    /// <summary>A migration has ended. Once this returns that is on the disk.</summary>
    public async Task EndedAsync(string node, MigrationEnd end)
    {
        if (_runs.TryGetValue(end.Migration, out var run) && run.Node == node)
        {
            run.End.TrySetResult(end);
            await (run.Live.Task ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(Run run, MigrationOrder order)
    {
        var (operation, stop) = (run.Live.Operation, run.Live.Stop.Token);
        var source = parts.Agents.Find(run.Node) ?? throw new RefusedException(409, $"The agent of {run.Node} has just gone away.") { CheapestChange = "ask for it again" };
        var start = new Start
        {
            Migration = operation.Id,
            Machine = operation.Machine,
            Token = Token.ToWire(),
            Source = order.Source,
            Destination = order.Destination,
            Policy = SlaPolicyJson.Write(order.Policy),
            IsShadow = order.IsShadow,
            AskedBy = operation.AskedBy ?? "",
        };
        if (operation.DestinationNode is { } node && node != run.Node && parts.AgentBook.HasAgent(node) && !IsManaged(order))
        {
            var destination = parts.Agents.Find(node) ?? throw new RefusedException(409, $"The agent of {node} has just gone away.") { CheapestChange = "ask for it again" };
            var expect = new Expect { Migration = operation.Id, Machine = operation.Machine, Token = Token.ToWire(), SourceNode = run.Node, Destination = order.Destination };
            string? refusal;
            try
            {
                refusal = await destination.ExpectAsync(expect, ExpectLimit, parts.Clock, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                refusal = $"The agent of {node} does not answer.";
            }

            if (refusal is not null)
            {
                throw new RefusedException(409, refusal);
            }

            (start.Peer, start.PeerNode) = (destination.Hello.Peers, node);
        }

        stop.ThrowIfCancellationRequested();
        (run.HandedTo, run.IsHandedOver) = (source, true);
        source.Send(new ToAgent { Start = start });

        // An agent that has dialled anew meanwhile has not heard it.
        if (parts.Agents.Find(run.Node) is { } now && now != source)
        {
            Kept(now, parts.AgentBook.Kept(run.Node, now.Hello.Epoch));
        }
    }

    /// <summary>After a restored backup the count is lower than what agents have seen, and they would refuse it for ever.</summary>
    private void RaiseAbove(Token? seen)
    {
        lock (_gate)
        {
            if (seen is not null && seen.Owner != _owner && (_token is null || (_token.Timeline, _token.Counter).CompareTo((seen.Timeline, seen.Counter)) <= 0))
            {
                _token = NextToken(seen.Timeline, seen.Counter);
            }
        }
    }

    // A service that was taken over cannot: its database refuses the change.
    private MachineToken NextToken(long timeline, long above) => parts.Records.Change(change =>
    {
        var last = change.Find(Kinds.MachineToken, Kinds.MachineToken) is { Body: var body } ? long.Parse(body, CultureInfo.InvariantCulture) : 0;
        var next = Math.Max(last, above) + 1;
        change.Put(Kinds.MachineToken, Kinds.MachineToken, next.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string>(), parts.Now);
        return new MachineToken(timeline, next, _owner);
    });

    // A manager reaches the other host by itself.
    private bool IsManaged(MigrationOrder order) => parts.Drivers.IsHypervisor(order.Source) && parts.Drivers.IsManaged(order.Source);

    private MigrationEnd? FromLedger(Operation operation)
    {
        var attempt = InterruptedMigrations.FindAttempt(parts, operation);
        return attempt is null ? null : new MigrationEnd(operation.Id, attempt.Outcome, attempt.Reason, null)
        {
            Attempt = attempt.Id,
            PausedSeconds = attempt.ArePausesKnown ? attempt.Pauses.Length.TotalSeconds : null,
        };
    }

    private Operation Ended(Operation operation, MigrationEnd end) => OperationRecords.Ended(parts.Now, operation) with
    {
        StatusDetail = end.Trouble,
        Outcome = AttemptReport.Word(end.Outcome),
        Reason = end.Reason,
        CheapestChange = end.CheapestChange,
        AttemptId = end.Attempt,
        Terms = end.Terms ?? operation.Terms,
        PausedSeconds = end.PausedSeconds,
        Destination = end.Destination ?? operation.Destination,
        Interrupted = end.WasInterrupted,
    };

    /// <summary>A migration that an agent has.</summary>
    private sealed class Run(LiveMigration live, string node)
    {
        public LiveMigration Live { get; } = live;

        public string Node { get; } = node;

        /// <summary>The stream that it was handed over on; null where that was on an earlier one.</summary>
        public AttachedAgent? HandedTo { get; set; }

        /// <summary>Whether it was handed over at all: before that no agent can say that it never began.</summary>
        public bool IsHandedOver { get; set; }

        public TaskCompletionSource<MigrationEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
