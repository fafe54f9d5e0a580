using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Keeps devices and machines to one migration at a time, by the journals of those that are under way or were interrupted.</summary>
/// <remarks>It looks and changes nothing. To migrate what an interrupted migration has, and to recover that later, would start it on both sides.</remarks>
/// <param name="stateDirectories">The state directories that the journals are in; they may be missing.</param>
/// <param name="drivers">Tell what the addresses in journals stand for.</param>
/// <param name="targets">Devices, or machines.</param>
public sealed class TargetGuard(IReadOnlyList<string> stateDirectories, Drivers drivers, IReadOnlyList<Target> targets)
{
    /// <summary>Finds a migration that has one of the targets.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="JournalException">A journal cannot be read: it may be of such a migration.</exception>
    public HeldTarget? Find()
    {
        if (targets.All(t => t.Identity is null))
        {
            return null;
        }

        foreach (var directory in stateDirectories)
        {
            foreach (var path in JournalFolder.List(JournalFolder.Of(directory)))
            {
                if (MigrationJournal.Look(path) is var (contents, isOwned)
                    && contents.Header.Devices.SelectMany(d => new[] { d.Source, d.Destination }).FirstOrDefault(IsWanted) is { } held)
                {
                    return new HeldTarget(contents.Header.Machine, held.Address, isOwned, directory);
                }
            }
        }

        return null;
    }

    /// <summary>Refuses what another migration has.</summary>
    /// <returns>The guard itself, which refuses it later, too.</returns>
    /// <exception cref="OrderRefusedException">Another migration has it.</exception>
    /// <exception cref="JournalException">A journal cannot be read.</exception>
    public TargetGuard Checked() => Find() is { } held
        ? throw new OrderRefusedException(OrderFault.Stayed, $"nothing was touched, since {held.Sentence}")
        : this;

    private bool IsWanted(JournalEndpoint endpoint) => drivers.Identify(endpoint.Address) is { } identity
        && targets.Any(t => t.Identity == identity || (t.Process is not null && t.Process == endpoint.Process));
}
