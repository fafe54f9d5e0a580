namespace Planner.Measurements;

/// <summary>The journal of one migration: what was intended, and how far it came. It outlives the process that wrote it.</summary>
/// <remarks>Disposing without <see cref="Close"/> leaves the journal for a recovery.</remarks>
public interface IJournal : IDisposable
{
    /// <summary>Writes down the whole intended walk and waits until it is on the disk. Called once, before anything is touched.</summary>
    /// <exception cref="JournalException">It cannot be written; nothing may be touched then.</exception>
    void Begin(JournalHeader header);

    /// <summary>Notes a step. Waits for no disk: the entry survives the end of the process, and that of the host only after <see cref="Sync"/>.</summary>
    void Append(in JournalEntry entry);

    /// <summary>Waits until all that was noted is on the disk. Not called while a guest stands.</summary>
    /// <exception cref="JournalException">The disk refuses; what was to be done next must not be done.</exception>
    void Sync();

    /// <summary>Notes that the migration is over, with every machine in its place, and removes the journal.</summary>
    void Close();
}
