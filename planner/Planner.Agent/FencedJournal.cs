using Planner.Engine;
using Planner.Measurements;

namespace Planner.Agent;

/// <summary>The journal of a migration that somebody may take over: before anything is touched and before the commit it asks whether the machine is still to be moved in this name. Where it is
/// not, nothing more is written, and that leads home.</summary>
/// <param name="journal">The journal.</param>
/// <param name="askAll">Asks the agents of both hosts, and waits for them: a sentence if one refuses.</param>
/// <param name="askHere">Asks this agent alone.</param>
internal sealed class FencedJournal(IJournal journal, Func<string?> askAll, Func<string?> askHere) : IJournal
{
    private bool _isByHypervisor;
    private bool _isPastCommit;

    /// <inheritdoc/>
    public void Begin(JournalHeader header)
    {
        Check(askAll);
        _isByHypervisor = header.Devices.Any(d => d.Source.Settings is not null);
        journal.Begin(header);
    }

    /// <inheritdoc/>
    public void Append(in JournalEntry entry)
    {
        // A hypervisor's switchover is noted long before it may stop its guest: who allows that waits for nobody afar.
        if (_isByHypervisor && entry is { Kind: JournalEntryKind.ArcBegun, Side: MigrationSide.Source } && entry.Arc == MachineKeys.Stop)
        {
            Check(askHere);
        }

        journal.Append(entry);
    }

    /// <inheritdoc/>
    public void Sync()
    {
        // The first time is before the commit; later ones are when the guest runs.
        if (!_isPastCommit)
        {
            Check(askAll);
            _isPastCommit = true;
        }

        journal.Sync();
    }

    /// <inheritdoc/>
    public void Close() => journal.Close();

    /// <inheritdoc/>
    public void Dispose() => journal.Dispose();

    private static void Check(Func<string?> ask)
    {
        if (ask() is { } refusal)
        {
            throw new JournalException(refusal);
        }
    }
}
