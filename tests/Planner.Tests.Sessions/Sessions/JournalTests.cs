using Planner.Measurements;
using Planner.Sessions;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>The journal's file: what survives, what is ignored, who may have it.</summary>
public sealed class JournalTests : IDisposable
{
    private static readonly JournalEntry Step = new(JournalEntryKind.ArcBegun, 42, MigrationSide.Destination, 1, new Arc(DeviceState.Running, DeviceState.Stop), default);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string TheFile => Assert.Single(Directory.GetFiles(MigrationJournal.DirectoryOf(_directory.Path)));

    private static JournalHeader Header() => new("id-1", "vm1", DateTimeOffset.UnixEpoch, ["unwind", "reset"],
    [
        .. Enumerable.Range(0, 2).Select(i => new JournalDevice(
            $"nic{i}",
            new JournalEndpoint($"vfio-user:/s{i}", DeviceState.Running, "c", MigrationCapabilities.StopCopy | MigrationCapabilities.P2P, true),
            new JournalEndpoint($"vfio-user:/d{i}", DeviceState.Stop, "c", MigrationCapabilities.StopCopy | MigrationCapabilities.P2P, false))),
    ]);

    private void Write(int entries)
    {
        using var journal = new MigrationJournal(_directory.Path);
        journal.Begin(Header());
        for (var i = 0; i < entries; i++)
        {
            journal.Append(Step with { TimestampNanoseconds = i });
        }
    }

    private (JournalContents Contents, int Entries) TakeOver()
    {
        var taken = MigrationJournal.TakeOver(TheFile)!.Value;
        taken.Journal.Dispose();
        return (taken.Contents, taken.Contents.Entries.Count);
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        Write(3);
        var (contents, entries) = TakeOver();

        Assert.Equal(3, entries);
        Assert.Equal(Step with { TimestampNanoseconds = 2 }, contents.Entries[2]);
        Assert.Equivalent(Header(), contents.Header, strict: true);
        Assert.True(contents.WasTouched(MigrationSide.Destination, 1));
        Assert.False(contents.WasTouched(MigrationSide.Source, 1));
        Assert.False(contents.IsHandedOver);
    }

    [Fact]
    public void A_torn_entry_ends_the_journal()
    {
        Write(5);
        using (var file = new FileStream(TheFile, FileMode.Open, FileAccess.ReadWrite))
        {
            var offset = JournalFormat.EntriesOffset(JournalFormat.WriteHeader(Header()).Length) + (3 * JournalFormat.EntryBytes);
            file.Position = offset + 20;
            file.WriteByte(0xff);
        }

        Assert.Equal(3, TakeOver().Entries);
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_noticed()
    {
        Write(4);
        var path = TheFile;
        var good = File.ReadAllBytes(path);
        var used = JournalFormat.EntriesOffset(JournalFormat.WriteHeader(Header()).Length) + (4 * JournalFormat.EntryBytes);
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bad = good.ToArray();
            if (i % 4 == 0)
            {
                bad = bad[..random.Next(bad.Length)];
            }
            else
            {
                bad[random.Next(used)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                var contents = JournalFormat.Read(bad, path);
                Assert.True(contents is null ? bad.Length == 0 : contents.Entries.Count <= 4);
            }
            catch (JournalException e)
            {
                Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_living_owner_keeps_its_journal()
    {
        using var journal = new MigrationJournal(_directory.Path);
        journal.Begin(Header());

        Assert.Null(MigrationJournal.TakeOver(TheFile));
    }

    [Fact]
    public void Whoever_takes_a_journal_over_keeps_others_away_and_may_go_on_with_it()
    {
        Write(2);
        var path = TheFile;
        using (var journal = MigrationJournal.TakeOver(path)!.Value.Journal)
        {
            Assert.Null(MigrationJournal.TakeOver(path));
            journal.Append(Step with { Kind = JournalEntryKind.Handover });
        }

        var (contents, entries) = TakeOver();
        Assert.Equal(3, entries);
        Assert.True(contents.IsHandedOver);
    }

    [Fact]
    public void A_journal_that_was_never_begun_is_thrown_away()
    {
        Write(0);
        var path = TheFile;
        File.WriteAllBytes(path, new byte[1000]);

        Assert.Null(MigrationJournal.TakeOver(path));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_full_journal_still_takes_the_handover_and_takes_it_back()
    {
        Write(10_000);
        using (var journal = MigrationJournal.TakeOver(TheFile)!.Value.Journal)
        {
            journal.Append(Step with { Kind = JournalEntryKind.Handover });
        }

        Assert.True(TakeOver().Contents.IsHandedOver);
        using (var journal = MigrationJournal.TakeOver(TheFile)!.Value.Journal)
        {
            journal.Append(Step);
            journal.Append(Step with { Kind = JournalEntryKind.TakeBack });
        }

        var (contents, entries) = TakeOver();
        Assert.False(contents.IsHandedOver);
        Assert.Equal(contents.Capacity, entries);
    }

    [Fact]
    public async Task A_disk_without_room_is_noticed_before_anything_is_touched()
    {
        // A limit of 60 KiB for files, less than a journal; the signal is ignored so that the write fails instead, and the runtime maps no larger file.
        var prepared = ChildProcess.Prepare(BeginOnAFullDisk, [_directory.Path], "bash", "-c", "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 60; exec \"$0\" \"$@\"");
        using var child = ChildProcess.Start(prepared);
        var said = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith($"The journal in {MigrationJournal.DirectoryOf(_directory.Path)} cannot be written", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(MigrationJournal.DirectoryOf(_directory.Path)));
    }

    [ChildEntry]
    private static int BeginOnAFullDisk(string[] arguments)
    {
        using var journal = new MigrationJournal(arguments[0]);
        try
        {
            journal.Begin(Header());
            return 1;
        }
        catch (JournalException e)
        {
            Console.WriteLine(e.Message);
            return 0;
        }
    }

    [Fact]
    public void Where_no_journal_can_be_made_it_says_so()
    {
        File.WriteAllText(_directory.File("journals"), "in the way");
        using var journal = new MigrationJournal(_directory.Path);

        var refused = Assert.Throws<JournalException>(() => journal.Begin(Header()));

        Assert.Contains(_directory.Path, refused.Message, StringComparison.Ordinal);
    }
}
