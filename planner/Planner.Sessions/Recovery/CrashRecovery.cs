using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Finds the journals of migrations whose process died and brings every machine back to RUNNING, or on to it.</summary>
public sealed class CrashRecovery
{
    private const string Simulated = "sim:";
    private const string Hypervisor = "qmp:";

    private readonly string _directory;
    private readonly SessionServices _services;

    /// <summary>Makes a recovery.</summary>
    /// <param name="stateDirectory">The state directory that the journals are in; it may be missing.</param>
    /// <param name="services">What to work with; <see cref="SessionServices.Reopen"/> opens the devices and has to be there.</param>
    public CrashRecovery(string stateDirectory, SessionServices services)
    {
        ArgumentNullException.ThrowIfNull(services.Reopen);
        _directory = MigrationJournal.DirectoryOf(stateDirectory);
        _services = services;
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
    /// <param name="addresses">The addresses of devices.</param>
    /// <returns>The name of its machine; null if there is none.</returns>
    /// <remarks>To migrate such a device again, and to recover the old migration later, would start it on both sides.</remarks>
    /// <exception cref="JournalException">A journal cannot be read.</exception>
    public static string? FindInterrupted(string stateDirectory, IReadOnlyCollection<string> addresses)
    {
        foreach (var path in Journals(MigrationJournal.DirectoryOf(stateDirectory)))
        {
            if (MigrationJournal.TakeOver(path) is { } taken)
            {
                using var journal = taken.Journal;
                var header = taken.Contents.Header;
                if (header.Devices.Any(d => addresses.Contains(d.Source.Address) || addresses.Contains(d.Destination.Address)))
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
        if (header.Devices.All(d => IsSimulated(d.Source.Address) && IsSimulated(d.Destination.Address)))
        {
            journal.Close();
            return new RecoveredMachine(header.MigrationId, header.Machine, MigrationOutcome.Recovered,
                "Its simulated devices ended with the process that was killed; there is nothing left to recover.");
        }

        var services = _services with { Journal = journal, Reopen = Open };
        var state = await (IsByHypervisor(header) ? MachineSession.RecoverAsync(contents, services) : DeviceSession.RecoverAsync(contents, services)).ConfigureAwait(false);
        if (state.IntendedOutcome != MigrationOutcome.NeedsPerson)
        {
            journal.Close();
        }

        return new RecoveredMachine(header.MigrationId, header.Machine, state.IntendedOutcome, state.Reason);
    }

    /// <summary>A simulated device is memory of its process: opening it again would give another one that knows nothing.</summary>
    private IMigrationDevice Open(string address) => IsSimulated(address)
        ? throw new DeviceException(DeviceFault.NotFound, $"{address}: the simulated device ended with the process that was killed.")
        : _services.Reopen!(address);

    private static bool IsSimulated(string address) => address.StartsWith(Simulated, StringComparison.Ordinal);

    private static bool IsByHypervisor(JournalHeader header) => header.Devices is [{ Source: var source }] && source.Address.StartsWith(Hypervisor, StringComparison.Ordinal);
}
