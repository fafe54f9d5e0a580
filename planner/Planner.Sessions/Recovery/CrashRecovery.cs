using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Finds the journals of migrations whose process died and brings every machine back to RUNNING, or on to it.</summary>
public sealed class CrashRecovery
{
    private readonly string _directory;
    private readonly SessionServices _services;

    /// <summary>Makes a recovery.</summary>
    /// <param name="directory">The state directory that the journals are in; it may be missing.</param>
    /// <param name="services">What to work with; <see cref="SessionServices.Reopen"/> opens the devices and has to be there.</param>
    public CrashRecovery(string directory, SessionServices services)
    {
        _directory = directory;
        _services = services;
    }

    /// <summary>Recovers every machine whose session is dead. Journals of living sessions, and of recoveries under way, are left alone.</summary>
    /// <returns>One entry for each machine; empty if there was nothing to do.</returns>
    /// <exception cref="JournalException">The directory cannot be read.</exception>
    public IReadOnlyList<RecoveredMachine> Run(CancellationToken cancellationToken) => throw new NotSupportedException(_directory + _services.Clock + cancellationToken);
}
