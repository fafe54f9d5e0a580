using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>A migration with everything open that it takes, about to be run. Nothing was changed yet; disposing it closes what is open.</summary>
/// <remarks>The command and the service begin migrations by this alone.</remarks>
public sealed class PreparedMigration : IAsyncDisposable
{
    private readonly List<object> _opened = [];

    private PreparedMigration(MigrationRequest request, SessionServices services) => (Request, Services) = (request, services);

    /// <summary>What is to be done.</summary>
    public MigrationRequest Request { get; }

    /// <summary>What it works with, its journal among it.</summary>
    public SessionServices Services { get; }

    /// <summary>The machine's source; null for devices.</summary>
    public IHypervisor? Source => (Request as MachineMigrationRequest)?.Source;

    /// <summary>Opens devices or monitors, and asks whether the machine may be tried now.</summary>
    /// <param name="targets">What moves.</param>
    /// <param name="services">What to work with: drivers, a state directory and a store have to be there.</param>
    /// <param name="places">The state directories in which other migrations may have been journaled.</param>
    /// <param name="stop">Ends the wait for what does not answer.</param>
    /// <exception cref="OrderRefusedException">It is not begun now.</exception>
    /// <exception cref="DeviceException">A device cannot be opened.</exception>
    /// <exception cref="HypervisorException">A monitor cannot be opened.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="JournalException">A journal cannot be read: it may be of a migration with the same targets.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Task<PreparedMigration> OpenAsync(MigrationTargets targets, SessionServices services, IReadOnlyList<string> places, CancellationToken stop) =>
        targets.IsMachine ? OpenMachineAsync(targets, services, places, stop) : Task.Run(() => OpenDevices(targets, services, places, stop), CancellationToken.None);

    /// <summary>Runs it to its end.</summary>
    /// <param name="observers">Who is told what happens.</param>
    /// <param name="stop">As for <see cref="MigrationSession.RunAsync"/>.</param>
    public Task<SessionResult> RunAsync(IReadOnlyList<ISessionObserver> observers, CancellationToken stop) =>
        MigrationSession.RunAsync(Request, Services with { Observers = observers }, stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = _opened.Count - 1; i >= 0; i--)
        {
            if (_opened[i] is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (_opened[i] as IDisposable)?.Dispose();
            }
        }
    }

    private static PreparedMigration OpenDevices(MigrationTargets targets, SessionServices services, IReadOnlyList<string> places, CancellationToken stop)
    {
        var order = targets.Order;
        var machine = targets.NameOf(known: null);
        var budget = Ask(order, machine, services);
        var guard = new TargetGuard(places, targets.Drivers, targets.All).Checked();
        var moved = EarlierMoves.Find(services.Store!, targets.Drivers, targets.Pairs.Select(p => p.Source));
        var devices = Interruptible.Run(() => DevicePairs.Open(targets.Drivers, targets.Pairs, moved), stop);
        var journal = devices.OutliveThisProcess ? NewJournal() : null;

        MigrationJournal NewJournal()
        {
            try
            {
                return new MigrationJournal(services.StateDirectory!, guard);
            }
            catch
            {
                devices.Dispose();
                throw;
            }
        }

        var request = new DeviceMigrationRequest
        {
            MigrationId = order.MigrationId ?? TimeOrderedId.New().ToString(),
            Machine = machine,
            Devices = devices.Pairs,
            Moved = moved,
            Policy = order.Policy,
            Mode = ModeOf(order),
            ErrorBudgetRemaining = budget,
        };
        return new PreparedMigration(request, services with { Journal = services.Guarded(journal) }) { _opened = { devices, journal! } };
    }

    private static async Task<PreparedMigration> OpenMachineAsync(MigrationTargets targets, SessionServices services, IReadOnlyList<string> places, CancellationToken stop)
    {
        var (source, destination) = targets.Pairs[0];
        var order = targets.Order;
        new TargetGuard(places, targets.Drivers, targets.All).Checked();
        var moved = EarlierMoves.Find(services.Store!, targets.Drivers, [source]);
        List<object> opened = [];
        try
        {
            var from = await OpenSourceAsync(targets, source.Address, moved, stop).ConfigureAwait(false);
            opened.Add(from);
            var to = await targets.Drivers.OpenHypervisorAsync(destination.Address, order.Transport, stop).ConfigureAwait(false);
            opened.Add(to);
            CheckEnds(targets, from, to, moved);

            // By another monitor the same machine may be in another migration.
            var guard = new TargetGuard(places, targets.Drivers, [source with { Process = from.Offer.Process }, destination with { Process = to.Offer.Process }]).Checked();
            var machine = targets.NameOf(from.Offer.Name);
            var budget = Ask(order, machine, services);
            var journal = (source.Identity ?? destination.Identity) is null ? null : new MigrationJournal(services.StateDirectory!, guard);
            var request = new MachineMigrationRequest
            {
                MigrationId = order.MigrationId ?? TimeOrderedId.New().ToString(),
                Machine = machine,
                Moved = moved,
                Source = from,
                Destination = to,
                Channel = targets.Channel,
                Listen = targets.Listen,
                MayListenAlready = order.Channel is not null && order.Listen is null,
                IsPaused = order.IsPaused,
                Policy = order.Policy,
                Mode = ModeOf(order),
                ErrorBudgetRemaining = budget,
            };
            var prepared = new PreparedMigration(request, services with { Journal = services.Guarded(journal) });
            prepared._opened.AddRange([.. opened, journal!]);
            return prepared;
        }
        catch
        {
            foreach (var machine in opened.Cast<IAsyncDisposable>())
            {
                await machine.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private static void CheckEnds(MigrationTargets targets, IHypervisor source, IHypervisor destination, string? moved)
    {
        if (source.Offer.IsEmpty)
        {
            throw NoMachine(source, moved);
        }

        var (from, to) = (targets.Pairs[0].Source.Address, targets.Pairs[0].Destination.Address);
        if (source.Offer.Host is { } host && host == destination.Offer.Host)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"{from} and {to} are on one host; name the manager of another as the destination");
        }

        if (targets.Order.IsPaused && targets.Drivers.IsManaged(source.Address))
        {
            throw new OrderRefusedException(OrderFault.TargetLacks, $"--paused is not offered for {source.Address}: its manager migrates a paused guest without a switchover to judge");
        }

        if (source.Offer.Process is { } process && process == destination.Offer.Process)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"{from} and {to} are monitors of one machine; a machine cannot migrate to itself");
        }
    }

    private static async Task<IHypervisor> OpenSourceAsync(MigrationTargets targets, string address, string? moved, CancellationToken stop)
    {
        try
        {
            return await targets.Drivers.OpenHypervisorAsync(address, targets.Order.Transport, stop).ConfigureAwait(false);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound && moved is not null)
        {
            throw EarlierMoves.Gone(e, moved);
        }
    }

    /// <summary>Says that there is no such machine, and where it went if that is known.</summary>
    /// <param name="host">The hypervisor that was asked.</param>
    /// <param name="moved">Where the machine went; null if it is not known to have gone.</param>
    public static Exception NoMachine(IHypervisor host, string? moved = null)
    {
        var missing = new HypervisorException(HypervisorFault.NotFound, $"{host.Address}: there is no such machine; check its name.");
        return moved is null ? missing : EarlierMoves.Gone(missing, moved);
    }

    /// <summary>Asks the ledger whether the machine may be tried now.</summary>
    /// <returns>What is left of its error budget; null for no budget.</returns>
    private static TimeSpan? Ask(MigrationOrder order, string machine, SessionServices services)
    {
        var (policy, now) = (order.Policy, services.Clock.GetUtcNow());
        if (policy.ErrorBudget is null && policy.Attempts is null)
        {
            return null;
        }

        var attempts = services.Store!.ReadSummaries(machine, now - MoveRefusal.Memory(policy));
        if (ModeOf(order) == MigrationMode.Active && MoveRefusal.Find(machine, policy, attempts, now) is { } refusal)
        {
            throw new OrderRefusedException(OrderFault.Stayed, $"stayed RUNNING: {refusal.Reason}") { Refusal = refusal };
        }

        return policy.ErrorBudget is { } budget ? MachineBudget.Of(machine, budget, attempts, now).Remaining : null;
    }

    private static MigrationMode ModeOf(MigrationOrder order) => order.IsRehearsal ? MigrationMode.Rehearsal
        : order.IsShadow || order.Policy.Mode == SlaMode.Shadow ? MigrationMode.Shadow : MigrationMode.Active;
}
