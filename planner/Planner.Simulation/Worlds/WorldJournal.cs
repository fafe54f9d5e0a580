using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>The journal of a simulated process: what a device's thread notes is there when the world's time is.</summary>
internal sealed class WorldJournal(IJournal journal, WorldTime time, Action<JournalEntry, long> noted) : IJournal
{
    public void Begin(JournalHeader header) => journal.Begin(header);

    public void Append(in JournalEntry entry)
    {
        var copy = entry;
        time.Later(() =>
        {
            journal.Append(copy);
            noted(copy, time.NowNanoseconds);
        });
    }

    public void Sync() => journal.Sync();

    public void Close() => journal.Close();

    public void Dispose() => journal.Dispose();
}
