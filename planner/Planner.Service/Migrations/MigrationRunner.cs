using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Takes migrations on, begins each when its nodes and links are free, and keeps what becomes of them.</summary>
internal sealed class MigrationRunner(ServiceParts parts) : IAsyncDisposable
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveMigration> _live = [];
    private readonly Dictionary<string, string> _waits = [];
    private readonly List<(Operation Operation, string? Destination)> _unkept = [];
    private readonly MigrationWork _work = new(parts);
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;

    /// <summary>How many run, and how many wait.</summary>
    public (int Running, int Queued) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_live.Count, _waits.Count);
            }
        }
    }

    /// <summary>A migration; its identifier has to be whole.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Operation Find(string id)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(id, out var live))
            {
                return live.Operation;
            }

            if (_unkept.FirstOrDefault(u => u.Operation.Id == id).Operation is { } ended)
            {
                return ended;
            }
        }

        return parts.Records.FindOperation(id) is { } stored
            ? View(stored)
            : throw new RefusedException(StatusCodes.Status404NotFound, $"There is no migration '{id}': GET /v1/migrations lists them.");
    }

    /// <summary>A stored migration as it is now.</summary>
    public Operation View(StoredOperation stored)
    {
        lock (_gate)
        {
            return _live.TryGetValue(stored.Id, out var live) ? live.Operation
                : OperationRecords.Read(stored) is var operation && operation.State == Operation.Queued && _waits.TryGetValue(stored.Id, out var wait) ? operation with { StatusDetail = wait, HeartbeatTime = parts.Now }
                : operation;
        }
    }

    /// <summary>The migrations under way.</summary>
    public IReadOnlyList<LiveMigration> Live
    {
        get
        {
            lock (_gate)
            {
                return [.. _live.Values];
            }
        }
    }

    /// <summary>Takes a migration on. Once this returns it is on the disk.</summary>
    /// <returns>It, and whether it is a new one.</returns>
    /// <exception cref="RefusedException">Another migration has the machine or a device, or the key was used for something else.</exception>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">What for.</param>
    /// <param name="key">The caller's own key; null for none.</param>
    /// <param name="note">Writes the call down, in the same change.</param>
    /// <param name="kept">Keeps what follows from a new migration, in the same change.</param>
    public (Operation Operation, bool IsNew) Submit(string caller, MigrationBody body, string? key, Action<ServiceChange> note, Action<ServiceChange, Operation>? kept = null)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, ServiceJson.Default.MigrationBody)));
        if (key is not null && parts.Records.Change(change => change.FindByKey(caller, key)) is { } earlier)
        {
            return (Repeated(earlier, hash), false);
        }

        if (_isClosing || !parts.IsReady)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "The service is starting or stopping: ask again in a moment.");
        }

        var id = Guid.CreateVersion7(parts.Now).ToString();
        var resolved = Destinations.Resolve(parts, body.Machine, body.Destination, body.Sla, body.Shadow, id);
        var wanted = Identities(resolved);
        var operation = new Operation
        {
            Id = id,
            State = Operation.Queued,
            Machine = body.Machine,
            Source = resolved.Order.Source,
            Destination = resolved.Order.Destination,
            DestinationCommand = resolved.Command,
            SourceNode = resolved.Machine.Node,
            DestinationNode = resolved.Node,
            Sla = resolved.Policy.Name,
            Shadow = body.Shadow,
            AskedBy = caller,
            CreateTime = parts.Now,
            HeartbeatTime = parts.Now,
            Phase = Operation.Queued,
            LimitSeconds = resolved.Policy.BlackoutLimit.TotalSeconds,
        };
        var (stored, isNew) = parts.Records.Change(change =>
        {
            note(change);
            if (key is not null && change.FindByKey(caller, key) is { } same)
            {
                return (Repeated(same, hash), false);
            }

            if (resolved.Node is { } node && NodeMaintenance.Of(change, node) is not null)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"The node '{node}' is in maintenance and takes no machines.") { CheapestChange = $"another destination, or DELETE /v1/nodes/{node}/maintenance" };
            }

            Admission.CheckFree(change.ActiveOperations().Select(OperationRecords.Read), body.Machine, wanted, IdentitiesOf);
            change.Insert(OperationRecords.Of(operation) with { Key = key, RequestHash = key is null ? null : hash });
            change.Append(OperationRecords.EventOf(operation, "migration.queued"));
            kept?.Invoke(change, operation);
            return (operation, true);
        });
        parts.Events.Wake();
        Wake();
        return (stored, isNew);
    }

    /// <summary>Calls a migration back, or says why that can no longer be done.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The migration.</param>
    /// <param name="note">Writes the call down, in the same change.</param>
    /// <exception cref="RefusedException">It is over, or past its commit point.</exception>
    public Operation Cancel(string caller, string id, Action<ServiceChange> note)
    {
        lock (_gate)
        {
            var operation = Find(id);
            if (operation.IsOver)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"The migration is over: {operation.Outcome}.");
            }

            if (_live.TryGetValue(id, out var live))
            {
                if (!live.CanBeCancelled)
                {
                    throw new RefusedException(StatusCodes.Status409Conflict, $"The migration can no longer be cancelled: it is in the phase {operation.Phase}, past the commit point, and the only safe way is on.");
                }

                operation = live.RequestCancel();
                KeepCall(operation, "migration.cancelRequested", note);
                live.Stop.Cancel();
            }
            else
            {
                operation = OperationRecords.Stayed(parts.Now, operation with { CancelRequested = true }, $"It was cancelled by {caller} before it began.", null);
                KeepCall(operation, "migration.ended", note);
                _waits.Remove(id);
            }

            parts.Events.Wake();
            return operation;
        }
    }

    /// <summary>Looks after what an earlier process has left: what it had begun is told as it came out, and what waited goes on waiting.</summary>
    public async Task ResumeAsync(CancellationToken stop)
    {
        foreach (var operation in await InterruptedMigrations.RecoverAsync(parts, stop).ConfigureAwait(false))
        {
            Keep(operation, operation.Destination);
        }

        foreach (var operation in parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => o.State == Operation.Running && AgentWork.NodeOf(o) is not null))
        {
            var live = new LiveMigration(operation, UseOf(operation), EtaOf(operation), parts.Now, KeepChange);
            parts.AgentWork.Resume(live);
            Run(live, isHandedOver: true);
        }

        parts.IsReady = true;
    }

    /// <summary>Begins migrations as nodes and links become free, until it is stopped; none before the code of a switchover is warm.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var warm = Task.Run(() => parts.Options.WarmUp(stop), stop);
        while (!stop.IsCancellationRequested)
        {
            var wake = Volatile.Read(ref _wake).Task;
            try
            {
                Beat();
                if (warm.IsCompleted)
                {
                    Adopt();
                    Begin();
                }
            }
            catch (StoreException e)
            {
                parts.Options.Say(e.Message);
            }

            await Task.WhenAny([wake, Task.Delay(BeatEvery, parts.Clock, stop), .. warm.IsCompleted ? [] : new[] { warm }]).ConfigureAwait(false);
        }

        await Task.WhenAny(warm).ConfigureAwait(false);
    }

    /// <summary>Calls back what can be, and waits until everything has come to an end.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        // What an agent has goes on there.
        foreach (var live in Live.Where(l => AgentWork.NodeOf(l.Operation) is null))
        {
            await live.Stop.CancelAsync().ConfigureAwait(false);
            await (live.Task ?? Task.CompletedTask).ConfigureAwait(false);
        }

        _work.Dispose();
    }

    private void KeepCall(Operation operation, string kind, Action<ServiceChange> note) => parts.Records.Change(change =>
    {
        note(change);
        change.Update(OperationRecords.Of(operation));
        change.Append(OperationRecords.EventOf(operation, kind));
    });

    /// <summary>Looks again at what waits.</summary>
    public void Wake() => Interlocked.Exchange(ref _wake, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private void Beat()
    {
        parts.Samples.Flush();
        foreach (var live in Live)
        {
            live.Beat(parts.Now);
        }

        List<(Operation Operation, string? Destination)> unkept;
        lock (_gate)
        {
            unkept = [.. _unkept];
        }

        foreach (var (operation, destination) in unkept)
        {
            Keep(operation, destination);
        }
    }

    // Only where several services take turns there is something to adopt.
    private void Adopt()
    {
        foreach (var ended in parts.Options.Name is null ? [] : InterruptedMigrations.Adopt(parts))
        {
            Keep(ended, ended.Destination);
        }
    }

    private void Begin()
    {
        lock (_gate)
        {
            _waits.Clear();
            if (_isClosing)
            {
                return;
            }

            foreach (var operation in parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => o.State == Operation.Queued && !_live.ContainsKey(o.Id)))
            {
                var use = UseOf(operation);
                if ((Admission.FindWait([.. _live.Values.Select(l => l.Use)], use, parts.Options.MostPerNode, parts.Options.MostPerLink) ?? parts.AgentWork.FindWait(operation)) is { } wait)
                {
                    _waits[operation.Id] = wait;
                    continue;
                }

                var live = new LiveMigration(operation with { RunBy = parts.AgentWork.RunBy(operation.SourceNode) ?? parts.Options.Name }, use, EtaOf(operation), parts.Now, KeepChange);
                KeepChange(live.Operation, "migration.started");
                if (parts.Options.Store.IsTakenOver)
                {
                    // It is another service's to begin.
                    live.Dispose();
                    return;
                }

                Run(live, isHandedOver: false);
            }
        }
    }

    private void Run(LiveMigration live, bool isHandedOver)
    {
        lock (_gate)
        {
            _live[live.Operation.Id] = live;
            live.Task = Task.Run(() => RunOneAsync(live, isHandedOver));
        }
    }

    private async Task RunOneAsync(LiveMigration live, bool isHandedOver)
    {
        var ended = await _work.RunAsync(live, isHandedOver, KeepChange).ConfigureAwait(false);

        // What the service itself called back may be asked for again.
        Keep(live.End(ended with { Interrupted = ended.Interrupted || (_isClosing && !live.Operation.CancelRequested) }), ended.Destination);
        lock (_gate)
        {
            _live.Remove(ended.Id);
        }

        live.Dispose();
        Wake();
    }

    /// <summary>Keeps a migration on its way. What cannot be kept is no reason not to migrate.</summary>
    private void KeepChange(Operation operation, string kind)
    {
        try
        {
            parts.Records.Change(change =>
            {
                change.Update(OperationRecords.Of(operation));
                change.Append(OperationRecords.EventOf(operation, kind));
            });
            parts.Events.Wake();
        }
        catch (StoreException e)
        {
            parts.Options.Say(e.Message);
        }
    }

    /// <summary>Keeps the end of a migration, and where its machine is now; again later if that cannot be done.</summary>
    private void Keep(Operation ended, string? destination)
    {
        lock (_gate)
        {
            _unkept.RemoveAll(u => u.Operation.Id == ended.Id);
            try
            {
                parts.Records.Change(change =>
                {
                    change.Update(OperationRecords.Of(ended));
                    change.Append(OperationRecords.EventOf(ended, "migration.ended"));
                    if (ended is { Outcome: "completed" or "completedOverLimit", Shadow: false } && destination is not null && change.Find(Kinds.Machine, ended.Machine) is { } machine)
                    {
                        var moved = JsonSerializer.Deserialize(machine.Body, ServiceJson.Default.MachineBody)!.MovedTo(ended.DestinationNode, destination);
                        change.Put(Kinds.Machine, ended.Machine, JsonSerializer.Serialize(moved, ServiceJson.Default.MachineBody), moved.StoredLabels, parts.Now);
                    }
                });
                parts.Events.Wake();
            }
            catch (StoreException e)
            {
                parts.Options.Say(e.Message);
                _unkept.Add((ended, destination));
            }
        }
    }

    // Of a destination that is yet to be made nothing is known.
    private HashSet<TargetIdentity> Identities(Destinations.Resolved resolved)
    {
        if (resolved.Command is null && !parts.AgentBook.HasAgent(resolved.Machine.Node) && !parts.AgentBook.HasAgent(resolved.Node))
        {
            return [.. MigrationTargets.Parse(resolved.Order, parts.Drivers).All.Select(t => t.Identity).OfType<TargetIdentity>()];
        }

        return [.. IdentitiesOf(resolved.Order.Source, resolved.Machine.Node), .. IdentitiesOf(resolved.Order.Destination, resolved.Node)];
    }

    // A path on a host with an agent is another thing than the same path elsewhere.
    private IEnumerable<TargetIdentity> IdentitiesOf(string addresses, string? node) => DevicePairs.Split(addresses)
        .Select(address => parts.AgentBook.HasAgent(node) ? new TargetIdentity($"on {node}", address) : parts.Drivers.Identify(address)).OfType<TargetIdentity>();

    /// <summary>What a migration uses.</summary>
    public Admission.Use UseOf(Operation operation) => new(
        [.. new[] { operation.SourceNode, operation.DestinationNode }.OfType<string>().Distinct()],
        [.. Destinations.LinksOf(parts, operation.SourceNode).Concat(Destinations.LinksOf(parts, operation.DestinationNode)).Distinct()]);

    private MigrationEta EtaOf(Operation operation)
    {
        var past = parts.Samples.ReadSummaries(null, parts.Now - ClassBudget.UsualPeriod)
            .Where(a => a.IsPromised && a.HasMoved && (a.Machine == operation.Machine || a.SlaClass == operation.Sla)).ToList();
        var own = past.Where(a => a.Machine == operation.Machine).ToList();
        return new MigrationEta(
            (own.Count >= 3 ? own : past).Select(a => (a.Ended - a.Started).TotalSeconds), parts.Policies.Find(operation.Sla)?.CompleteWithin?.TotalSeconds);
    }

    private Operation Repeated(StoredOperation earlier, string hash)
    {
        Calls.CheckRepeated(earlier.RequestHash, hash);
        return View(earlier);
    }
}
