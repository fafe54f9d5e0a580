using System.Globalization;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>What holds when several use one store, whatever its engine.</summary>
public abstract class StoreSharingTests : IDisposable
{
    private protected StoreSharingTests(StorePlace place) => Place = place;

    private protected StorePlace Place { get; }

    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_writer_killed_at_any_instant_loses_nothing_it_had_committed()
    {
        var random = new Random(7);
        var confirmed = -1;
        for (var round = 0; round < 5; round++)
        {
            using var child = ChildProcess.Start(ChildProcess.Prepare(StoreChild.Write, [Place.Text, "w", (confirmed + 1).ToString(CultureInfo.InvariantCulture), "1000000"]));
            var linesBeforeTheKill = random.Next(1, 40);
            for (var line = 0; line < linesBeforeTheKill; line++)
            {
                confirmed = await ReadNumberAsync(child.StandardOutput);
            }

            child.Kill();
            while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } last)
            {
                // A line that the kill cut short says nothing.
                confirmed = int.TryParse(last, CultureInfo.InvariantCulture, out var number) ? Math.Max(confirmed, number) : confirmed;
            }

            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            using var store = Place.Open();
            var batches = store.ReadArcs("sim/fast", int.MaxValue).GroupBy(a => a.Device).ToDictionary(g => g.Key, g => g.Count());

            // One batch more may have been committed whose line never got out; then the next round writes it a second time.
            Assert.All(batches, b => Assert.Equal(0, b.Value % StoreChild.ArcsPerBatch));
            Assert.All(Enumerable.Range(0, confirmed + 1), n => Assert.Contains($"w/{n}", batches));
            Assert.InRange(batches.Count, confirmed + 1, confirmed + 2);
        }
    }

    [Fact]
    public async Task Two_processes_write_at_once_and_nothing_is_lost()
    {
        using var one = ChildProcess.Start(ChildProcess.Prepare(StoreChild.Write, [Place.Text, "one", "0", "100"]));
        using var two = ChildProcess.Start(ChildProcess.Prepare(StoreChild.Write, [Place.Text, "two", "0", "100"]));
        foreach (var child in new[] { one, two })
        {
            await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Equal("", await child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, child.ExitCode);
        }

        using var store = Place.Open();
        Assert.Equal(2 * 100 * StoreChild.ArcsPerBatch, store.ReadArcs("sim/fast", int.MaxValue).Count);
    }

    [Fact]
    public void Threads_share_one_store_and_stores_share_one_file()
    {
        using var shared = Place.Open();
        using var other = Place.Open();
        Parallel.For(0, 60, i => (i % 2 == 0 ? shared : other).Append(StoreChild.Batch("t", i)));

        Assert.Equal(60 * StoreChild.ArcsPerBatch, shared.ReadArcs("sim/fast", int.MaxValue).Count);
    }

    [Fact]
    public void Whoever_opens_a_new_store_first_makes_it_and_the_others_use_it()
    {
        for (var round = 0; round < 5; round++)
        {
            using var place = Place.Another();
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                using var store = place.Open();
                store.Append(StoreChild.Batch("t", i));
            });

            using var all = place.Open();
            Assert.Equal(8 * StoreChild.ArcsPerBatch, all.ReadArcs("sim/fast", int.MaxValue).Count);
        }
    }

    private static async Task<int> ReadNumberAsync(StreamReader reader) =>
        int.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
}
