using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Finds the journals of migrations whose process died and brings every machine back to RUNNING, or on to it.</summary>
public sealed class CrashRecovery
{
    private readonly string _directory;
    private readonly SessionServices _services;
    private readonly Drivers _drivers;

    /// <summary>Makes a recovery.</summary>
    /// <param name="stateDirectory">The state directory that the journals are in; it may be missing.</param>
    /// <param name="services">What to work with; <see cref="SessionServices.Drivers"/> open the devices and have to be there.</param>
    public CrashRecovery(string stateDirectory, SessionServices services)
    {
        ArgumentNullException.ThrowIfNull(services.Drivers);
        _directory = MigrationJournal.DirectoryOf(stateDirectory);
        _services = services;
        _drivers = services.Drivers;
    }

    /// <summary>Recovers every machine whose session is dead. Journals of living sessions, and of recoveries under way, are left alone.</summary>
    /// <param name="cancellationToken">Stops between two machines; one that was begun is brought to its end.</param>
    /// <returns>One entry for each machine; empty if there was nothing to do.</returns>
    /// <exception cref="JournalException">The directory cannot be read.</exception>
    public async Task<IReadOnlyList<RecoveredMachine>> RunAsync(CancellationToken cancellationToken)
    {
        var recovered = new List<RecoveredMachine>();
        foreach (var path in Journals(_directory))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            try
            {
                if (MigrationJournal.TakeOver(path) is { } taken)
                {
                    using var journal = taken.Journal;
                    recovered.Add(await RecoverAsync(journal, taken.Contents).ConfigureAwait(false));
                }
            }
            catch (JournalException e)
            {
                recovered.Add(new RecoveredMachine("", Path.GetFileName(path), MigrationOutcome.NeedsPerson, e.Message));
            }
        }

        return recovered;
    }

    /// <summary>Finds an interrupted migration that waits for its recovery and has one of these devices.</summary>
    /// <param name="stateDirectory">The state directory that the journals are in; it may be missing.</param>
    /// <param name="drivers">Tell what the addresses in journals stand for.</param>
    /// <param name="targets">Devices, or machines.</param>
    /// <returns>The name of its machine; null if there is none.</returns>
    /// <remarks>To migrate such a device again, and to recover the old migration later, would start it on both sides.</remarks>
    /// <exception cref="JournalException">A journal cannot be read.</exception>
    public static string? FindInterrupted(string stateDirectory, Drivers drivers, IEnumerable<Target> targets)
    {
        var wanted = targets.Select(t => t.Identity).Where(i => i is not null).ToHashSet();
        foreach (var path in wanted.Count == 0 ? [] : Journals(MigrationJournal.DirectoryOf(stateDirectory)))
        {
            if (MigrationJournal.TakeOver(path) is { } taken)
            {
                using var journal = taken.Journal;
                var header = taken.Contents.Header;
                if (header.Devices.Any(d => wanted.Contains(drivers.Identify(d.Source.Address)) || wanted.Contains(drivers.Identify(d.Destination.Address))))
                {
                    return header.Machine;
                }
            }
        }

        return null;
    }

    private static string[] Journals(string directory)
    {
        try
        {
            return Directory.Exists(directory) ? [.. Directory.GetFiles(directory, "*.journal").Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The journals in {directory} cannot be read ({e.Message.TrimEnd('.')}): run this as the user who ran the migration.", e);
        }
    }

    private async Task<RecoveredMachine> RecoverAsync(MigrationJournal journal, JournalContents contents)
    {
        var header = contents.Header;
        if (header.Devices.All(d => (_drivers.Identify(d.Source.Address) ?? _drivers.Identify(d.Destination.Address)) is null))
        {
            journal.Close();
            return new RecoveredMachine(header.MigrationId, header.Machine, MigrationOutcome.Recovered,
                "Its simulated devices ended with the process that was killed; there is nothing left to recover.");
        }

        var services = _services with { Journal = journal };
        var isByHypervisor = header.Devices is [{ Source: var source }] && _drivers.IsHypervisor(source.Address);
        var state = await (isByHypervisor ? MachineSession.RecoverAsync(contents, services) : DeviceSession.RecoverAsync(contents, services)).ConfigureAwait(false);
        if (state.IntendedOutcome != MigrationOutcome.NeedsPerson)
        {
            journal.Close();
        }

        return new RecoveredMachine(header.MigrationId, header.Machine, state.IntendedOutcome, state.Reason);
    }

}
