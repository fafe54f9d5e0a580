using System.Collections.Concurrent;
using System.Text.Json;
using Planner.Agent.Wire;
using Planner.Documents;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Agent;

/// <summary>The migrations that leave this host. Each is decided and carried out here to its end, whether the service is there or not.</summary>
/// <param name="options">How the agent was started.</param>
/// <param name="records">What it keeps.</param>
/// <param name="store">Evidence and budgets.</param>
/// <param name="tunnels">Reach the destinations.</param>
internal sealed class AgentMigrations(AgentOptions options, AgentRecords records, IMeasurementStore store, Tunnels tunnels) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Running> _running = new();

    /// <summary>Is told what happens, as it is sent.</summary>
    public event Action<FromAgent>? Told;

    /// <summary>Is told that there is an entry to send.</summary>
    public Action Kept { get; init; } = () => { };

    /// <summary>Those under way.</summary>
    public IReadOnlyCollection<string> UnderWay => [.. _running.Keys];

    private Drivers Drivers => options.Sessions.Drivers!;

    /// <summary>Begins a migration; what is under way already is not begun again.</summary>
    public void Begin(Start start)
    {
        var running = new Running();
        if (_running.TryAdd(start.Migration, running))
        {
            running.Work = Task.Run(() => RunAsync(start, running.Cancel));
        }
    }

    /// <summary>Asks a migration to go home; past its commit point it goes on.</summary>
    public void Cancel(string migration)
    {
        if (_running.TryGetValue(migration, out var running))
        {
            running.Cancel.Cancel();
        }
    }

    /// <summary>Brings what an earlier process had begun to its end, and says so.</summary>
    public async Task RecoverAsync(CancellationToken stop)
    {
        foreach (var place in options.JournalPlaces)
        {
            var recovery = new CrashRecovery(place, options.Sessions with { StateDirectory = null }) { Ledger = () => store };
            foreach (var machine in await recovery.RunAsync(stop).ConfigureAwait(false))
            {
                options.Say($"{machine.Machine}: {machine.Reason}");
                if (machine.MigrationId.Length > 0)
                {
                    records.Keep(new MigrationEnd(machine.MigrationId, machine.Outcome, machine.Reason, null) { Attempt = machine.MigrationId, WasInterrupted = true });
                }
            }
        }
    }

    /// <summary>Calls back what can be, and waits until everything has come to an end.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values)
        {
            await running.Cancel.CancelAsync().ConfigureAwait(false);
            await (running.Work ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(Start start, CancellationTokenSource cancel)
    {
        MigrationEnd end;
        try
        {
            end = records.Raise(start.Machine, MachineToken.Of(start.Token)) is { } refusal
                ? new MigrationEnd(start.Migration, MigrationOutcome.Stayed, refusal, null)
                : await MigrateAsync(start, cancel.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            end = new MigrationEnd(start.Migration, MigrationOutcome.Stayed, "It was cancelled before anything was touched.", null);
        }
        catch (Exception e)
        {
            // Only before a session has begun: a session ends with a result.
            end = new MigrationEnd(start.Migration, MigrationOutcome.Stayed, Sentence(e), null) { CheapestChange = (e as OrderRefusedException)?.Refusal?.CheapestChange };
        }

        try
        {
            records.Keep(end);
        }
        catch (StoreException e)
        {
            options.Say($"The end of the migration {start.Migration} of {start.Machine} ({end.Outcome}) could not be kept: {e.Message}");
        }

        _running.TryRemove(start.Migration, out _);
        Kept();
    }

    private async Task<MigrationEnd> MigrateAsync(Start start, CancellationToken cancel)
    {
        var way = start.Peer.Length > 0 ? new WayToPeer(start, Drivers, tunnels) : null;
        var isSettled = true;
        try
        {
            var order = new MigrationOrder
            {
                MigrationId = start.Migration,
                Source = start.Source,
                Destination = way?.Destination ?? start.Destination,
                Channel = way?.Channel,
                Listen = way?.Listen,
                Policy = SlaPolicyText.ReadAll(start.Policy, "the policy of the service")[0],
                Machine = start.Machine,
                IsShadow = start.IsShadow,
            };
            var targets = MigrationTargets.Parse(order, Drivers);
            var services = options.Sessions with
            {
                Store = store,
                Models = store as IModelStore,
                AskedBy = start.AskedBy,
                Guard = journal => new FencedJournal(journal, () => AskHere() ?? way?.Ask(), AskHere),
            };
            await using var prepared = await PreparedMigration.OpenAsync(targets, services, options.JournalPlaces, cancel).ConfigureAwait(false);
            SessionResult result;
            await using (var observers = new BackgroundObserver([new Teller(start.Migration, word => Told?.Invoke(word))]))
            {
                result = await prepared.RunAsync([observers], cancel).ConfigureAwait(false);
            }

            isSettled = result.Outcome != MigrationOutcome.NeedsPerson;
            return new MigrationEnd(start.Migration, result.Outcome, result.Reason, way is not null ? start.Destination : targets.IsMachine ? targets.Pairs[0].Destination.Address : order.Destination)
            {
                Attempt = result.Attempt.Id,
                CheapestChange = result is { Outcome: MigrationOutcome.Stayed, Decision.WouldCommitIf: [var change, ..] } ? change : null,
                PausedSeconds = result.IsBlackoutKnown ? result.Blackout.TotalSeconds : null,
                Terms = result.Terms.Count > 0 ? result.Terms : null,
                Trouble = result.StoreTrouble,
            };
        }
        finally
        {
            // A person or a recovery still has to reach the other host.
            if (isSettled)
            {
                way?.Close();
            }
        }

        string? AskHere() => records.Raise(start.Machine, MachineToken.Of(start.Token));
    }

    private static string Sentence(Exception e)
    {
        var text = e is OrderRefusedException or DeviceException or HypervisorException or StoreException or JournalException or DocumentException or IOException
            ? e.Message
            : $"It was not begun: {e.Message}";
        return text.EndsWith('.') ? text : $"{text}.";
    }

    /// <summary>A migration under way.</summary>
    private sealed class Running
    {
        public CancellationTokenSource Cancel { get; } = new();

        public Task? Work { get; set; }
    }

    /// <summary>Tells the service what happens.</summary>
    private sealed class Teller(string migration, Action<FromAgent> tell) : ISessionObserver
    {
        public void On(SessionNotice notice)
        {
            if (MigrationWord.Of(notice) is { } word)
            {
                tell(new FromAgent { Progress = new Progress { Migration = migration, Notice = JsonSerializer.Serialize(word, AgentJson.Default.MigrationWord) } });
            }
        }
    }
}
