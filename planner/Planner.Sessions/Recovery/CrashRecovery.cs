using System.ComponentModel;
using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Finds the journals of migrations whose process died and brings every machine back to RUNNING, or on to it.</summary>
public sealed class CrashRecovery
{
    // A machine has no more attempts than these between the end of a recovery and its repetition.
    private const int LatestLookedAt = 64;

    private readonly string _stateDirectory;
    private readonly SessionServices _services;
    private readonly Drivers _drivers;
    private readonly List<string> _underWay = [];

    /// <summary>Makes a recovery.</summary>
    /// <param name="stateDirectory">The state directory that the journals are in; it may be missing.</param>
    /// <param name="services">What to work with; <see cref="SessionServices.Drivers"/> open the devices and have to be there.</param>
    public CrashRecovery(string stateDirectory, SessionServices services)
    {
        ArgumentNullException.ThrowIfNull(services.Drivers);
        _stateDirectory = stateDirectory;
        _services = services;
        _drivers = services.Drivers;
    }

    /// <summary>Opens the ledger that recoveries are written into, at the first of them; null to write none. Whoever gives it disposes what it gives.</summary>
    public Func<IMeasurementStore?>? Ledger { get; init; }

    /// <summary>The files that the journals are in.</summary>
    internal IJournalFiles Files { get; init; } = PosixJournalFiles.Instance;

    /// <summary>What a recovery writes through, made of the journal that it took over.</summary>
    internal Func<IJournal, IJournal> Wrap { get; init; } = journal => journal;

    /// <summary>The machines that were left alone, since their session lives, or another recovery has them.</summary>
    public IReadOnlyList<string> UnderWay => _underWay;

    /// <summary>Recovers every machine whose session is dead. Journals of living sessions, and of recoveries under way, are left alone.</summary>
    /// <param name="cancellationToken">Stops between two machines; one that was begun is brought to its end.</param>
    /// <returns>One entry for each machine; empty if there was nothing to do.</returns>
    /// <exception cref="JournalException">The directory cannot be looked into, so nothing is known; or others may write to it.</exception>
    public async Task<IReadOnlyList<RecoveredMachine>> RunAsync(CancellationToken cancellationToken)
    {
        var recovered = new List<RecoveredMachine>();
        var folder = JournalFolder.Of(_stateDirectory);
        var journals = Files.List(folder);
        Files.RemoveUnfinished(folder);
        foreach (var path in journals)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            try
            {
                if (MigrationJournal.TakeOver(path, Files) is { } taken)
                {
                    using var journal = taken.Journal;
                    recovered.Add(await RecoverAsync(journal, path, taken.Contents).ConfigureAwait(false));
                }
                else if (MigrationJournal.Look(path, Files) is { IsOwned: true } owned)
                {
                    _underWay.Add(owned.Contents.Header.Machine);
                }
            }
            catch (Exception e) when (e is JournalException or IOException or UnauthorizedAccessException or Win32Exception)
            {
                // What is wrong with one journal is no matter of the others.
                recovered.Add(new RecoveredMachine("", Path.GetFileName(path), MigrationOutcome.NeedsPerson, e is JournalException ? e.Message : $"The journal {path} cannot be read: {e.Message.TrimEnd('.')}."));
            }
        }

        return recovered;
    }

    private async Task<RecoveredMachine> RecoverAsync(MigrationJournal journal, string path, JournalContents contents)
    {
        var header = contents.Header;
        if (header.Devices.All(d => (_drivers.Identify(d.Source.Address) ?? _drivers.Identify(d.Destination.Address)) is null))
        {
            journal.Close();
            return new RecoveredMachine(header.MigrationId, header.Machine, MigrationOutcome.Recovered,
                "Its simulated devices ended with the process that was killed; there is nothing left to recover.");
        }

        if (header.SteeredLimit is { } limit)
        {
            return await GiveBackAsync(journal, path, header, limit).ConfigureAwait(false);
        }

        var services = _services with { Journal = Wrap(journal) };
        var started = services.Clock.GetUtcNow();
        var isByHypervisor = header.Devices is [{ Source: var source }] && _drivers.IsHypervisor(source.Address);
        var state = await (isByHypervisor ? MachineSession.RecoverAsync(contents, services) : DeviceSession.RecoverAsync(contents, services)).ConfigureAwait(false);
        var reason = RecoverCommand.In(state.Reason, _stateDirectory);
        var trouble = Keep(contents, state, reason, started);
        if (state.IntendedOutcome == MigrationOutcome.NeedsPerson)
        {
            return new RecoveredMachine(header.MigrationId, header.Machine, MigrationOutcome.NeedsPerson, $"{reason} The journal is {path}.") { StoreTrouble = trouble };
        }

        journal.Close();
        return new RecoveredMachine(header.MigrationId, header.Machine, state.IntendedOutcome, reason) { StoreTrouble = trouble };
    }

    /// <summary>Gives the limit of a migration that is another master's back to it. The guest and the migration are left alone.</summary>
    private async Task<RecoveredMachine> GiveBackAsync(MigrationJournal journal, string path, JournalHeader header, TimeSpan limit)
    {
        var address = header.Devices[0].Source.Address;
        var said = Quantity.Format(limit);
        try
        {
            await using var machine = await _drivers.OpenHypervisorAsync(address, CancellationToken.None).ConfigureAwait(false);
            var isThere = machine is ISteeredHypervisor && !machine.Offer.IsEmpty;
            if (isThere)
            {
                await ((ISteeredHypervisor)machine).SetLimitAsync(limit, CancellationToken.None).ConfigureAwait(false);
            }

            journal.Close();
            return new RecoveredMachine(header.MigrationId, header.Machine, MigrationOutcome.Recovered, isThere
                ? $"The max downtime of {address} is {said} again; a migration that is under way is its master's."
                : $"The machine of {address} is not there any more, so there is nothing to give back.");
        }
        catch (HypervisorException e)
        {
            return new RecoveredMachine(
                header.MigrationId, header.Machine, MigrationOutcome.NeedsPerson,
                $"The max downtime of {address} could not be given back ({e.Message.TrimEnd('.')}): set it to {limit.TotalMilliseconds:0} ms ('virsh migrate-setmaxdowntime'), or run '{RecoverCommand.For(_stateDirectory)}' again. The journal is {path}.");
        }
    }

    /// <summary>The interrupted attempt, or the latest recovery of it that was itself killed after it was written down; null if none was.</summary>
    private static MigrationAttempt? Interrupted(IMeasurementStore store, JournalHeader header) =>
        store.ReadAttempts(new AttemptFilter(header.Machine, null, LatestLookedAt)).LastOrDefault(a => a.Recovers == header.MigrationId) ?? store.FindAttempt(header.MigrationId);

    /// <summary>Writes the recovery into the ledger. What cannot be kept changes nothing about what became of the machine.</summary>
    private string? Keep(JournalContents contents, SessionState state, string reason, DateTimeOffset started)
    {
        try
        {
            if (Ledger?.Invoke() is { } store)
            {
                store.Append(new MeasurementBatch { Attempts = [RecoveryAttempt.Of(contents, state, reason, started, Interrupted(store, contents.Header), _services)] });
            }

            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
