using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Tests.Sessions;

/// <summary>Keeps a copy of the journal as it was at the last sync: what a disk has when the host loses power.</summary>
internal sealed class SyncedJournal(IJournal inner, string stateDirectory, string copy) : IJournal
{
    private readonly Lock _gate = new();

    public void Begin(JournalHeader header)
    {
        inner.Begin(header);
        Keep();
    }

    // A copy is of one moment.
    public void Append(in JournalEntry entry)
    {
        lock (_gate)
        {
            inner.Append(entry);
        }
    }

    public void Sync()
    {
        lock (_gate)
        {
            inner.Sync();
            Keep();
        }
    }

    public void Close() => inner.Close();

    public void Dispose() => inner.Dispose();

    private void Keep()
    {
        // Not by File, which heeds the owner's lock.
        using var file = PosixFiles.OpenToRead(JournalFolder.List(JournalFolder.Of(stateDirectory)).Single());
        var bytes = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, bytes, 0);
        File.WriteAllBytes(copy + ".new", bytes);
        File.Move(copy + ".new", copy, overwrite: true);
    }
}
