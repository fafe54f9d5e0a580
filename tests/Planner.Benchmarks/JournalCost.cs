using System.Diagnostics;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Benchmarks;

/// <summary>What the journal costs: an entry through the mapping, as in the blackout, and one that is waited for on the disk, as before and after it;
/// on a disk that is idle, and on one that another writes to.</summary>
internal static class JournalCost
{
    private const int Entries = 600;
    private const int WrittenBytes = 32 << 20;

    /// <summary>Measures on the file system of a folder, and prints a line for each.</summary>
    /// <param name="folder">Where to make a state directory.</param>
    public static void Run(string folder)
    {
        var state = Path.Combine(Path.GetFullPath(folder), $"journal-cost-{Guid.NewGuid():N}");
        try
        {
            Console.WriteLine("                                  median        p99    largest");
            Print("entry, idle disk", Measure(state, isSynced: false));
            Print("entry and sync, idle disk", Measure(state, isSynced: true));
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(() => Write(Path.Combine(state, "load"), stop.Token));
            Print("entry, busy disk", Measure(state, isSynced: false));
            Print("entry and sync, busy disk", Measure(state, isSynced: true));
            stop.Cancel();
            writing.Wait();
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static double[] Measure(string state, bool isSynced)
    {
        using var journal = new MigrationJournal(state);
        var endpoint = new JournalEndpoint("sim:/a", DeviceState.Running, "c", MigrationCapabilities.StopCopy, true);
        journal.Begin(new JournalHeader("id", "machine", DateTimeOffset.UnixEpoch, [], [new JournalDevice("nic0", endpoint, endpoint)]));
        var seconds = new double[Entries];
        for (var i = 0; i < Entries; i++)
        {
            var since = Stopwatch.GetTimestamp();
            journal.Append(new JournalEntry(JournalEntryKind.ArcBegun, i, MigrationSide.Source, 0, new Arc(DeviceState.Running, DeviceState.Stop), default));
            if (isSynced)
            {
                journal.Sync();
            }

            seconds[i] = Stopwatch.GetElapsedTime(since).TotalSeconds;
            Thread.Sleep(1);
        }

        journal.Close();
        return [.. seconds.Order()];
    }

    private static void Write(string path, CancellationToken stop)
    {
        var bytes = new byte[WrittenBytes];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (!stop.IsCancellationRequested)
        {
            file.Position = 0;
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
    }

    private static void Print(string what, double[] sorted) => Console.WriteLine(
        $"{what,-30}{Quantity.Format(TimeSpan.FromSeconds(sorted[sorted.Length / 2])),10} {Quantity.Format(TimeSpan.FromSeconds(sorted[sorted.Length * 99 / 100])),10} {Quantity.Format(TimeSpan.FromSeconds(sorted[^1])),10}");
}
