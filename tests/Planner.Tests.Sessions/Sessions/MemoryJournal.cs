using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Tests.Sessions;

/// <summary>A journal in memory, byte for byte as in a file, that fails where a test wants it to.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly MemoryStream _bytes = new();

    public List<JournalEntry> Entries { get; } = [];

    public bool IsClosed { get; private set; }

    /// <summary>Decides whether an entry cannot be written, by its number from 1.</summary>
    public Func<int, JournalEntry, bool> Fails { get; init; } = (_, _) => false;

    /// <summary>How many entries were asked for.</summary>
    public int Asked { get; private set; }

    public byte[] Bytes => _bytes.ToArray();

    public void Begin(JournalHeader header) => _bytes.Write(JournalFormat.WriteHeader(header));

    public void Append(in JournalEntry entry)
    {
        lock (_bytes)
        {
            if (Fails(++Asked, entry))
            {
                throw new IOException("The disk is gone.");
            }

            var bytes = new byte[JournalFormat.EntryBytes];
            Entries.Add(entry);
            JournalFormat.WriteEntry(bytes, Entries.Count, entry);
            _bytes.Write(bytes);
        }
    }

    public void Sync()
    {
    }

    public void Close() => IsClosed = true;

    public void Dispose()
    {
    }
}
