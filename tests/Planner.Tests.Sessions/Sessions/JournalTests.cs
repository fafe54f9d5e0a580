using System.Buffers.Binary;
using System.IO.Compression;
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

    private static int OffsetOf(int entry) => JournalFormat.EntriesOffset(JournalFormat.WriteHeader(Header() with { Boot = HostBoot.Id }).Length) + (entry * JournalFormat.EntryBytes);

    private static string Meaning(JournalContents contents) =>
        $"{System.Text.Encoding.UTF8.GetString(JournalFormat.WriteHeader(contents.Header))} {contents.Capacity} {string.Join(", ", contents.Entries)}";

    /// <summary>A journal as the builds before the checksum of every byte wrote it, left by one of them that was killed.</summary>
    private static byte[] OfTheFirstBuilds()
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(Repository.Root, "tests", "fixtures", "journals", "version-1.journal.gz")), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    private string Plant(byte[] bytes)
    {
        JournalFolder.Create(MigrationJournal.DirectoryOf(_directory.Path));
        var path = Path.Combine(MigrationJournal.DirectoryOf(_directory.Path), "planted.journal");
        File.WriteAllBytes(path, bytes);
        return path;
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
        Assert.Equivalent(Header() with { Boot = HostBoot.Id }, contents.Header, strict: true);
        Assert.True(contents.WasTouched(MigrationSide.Destination, 1));
        Assert.False(contents.WasTouched(MigrationSide.Source, 1));
        Assert.False(contents.IsHandedOver);
    }

    [Fact]
    public void An_entry_that_the_end_of_its_process_tore_counts_as_not_written_and_is_written_over()
    {
        Write(5);
        var path = TheFile;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = OffsetOf(4) + JournalFormat.ChecksumOffset;
            file.Write(new byte[JournalFormat.ChecksumBytes]);
        }

        using (var journal = MigrationJournal.TakeOver(path)!.Value.Journal)
        {
            journal.Append(Step with { Kind = JournalEntryKind.Handover });
        }

        var (contents, entries) = TakeOver();
        Assert.Equal(5, entries);
        Assert.True(contents.IsHandedOver);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_byte_that_was_changed_and_every_cut_leaves_the_same_or_is_said(bool isOfTheFirstBuilds)
    {
        Write(4);
        var good = isOfTheFirstBuilds ? OfTheFirstBuilds() : File.ReadAllBytes(TheFile);
        var meant = Meaning(JournalFormat.Read(good, "good"));
        var said = 0;
        for (var i = 0; i < good.Length; i++)
        {
            // In the room that is left only the first bit: it is all alike.
            foreach (var mask in i < OffsetOf(20) ? (byte[])[1, 2, 3, 4, 8, 16, 32, 64, 128, 255] : [1])
            {
                good[i] ^= mask;
                Check(good, $"byte {i} with {mask}");
                good[i] ^= mask;
            }
        }

        for (var length = 0; length < good.Length; length++)
        {
            Assert.Throws<JournalException>(() => JournalFormat.Read(good.AsSpan(0, length), "cut"));
        }

        // All of what was written, with ten changes each, and more.
        Assert.True(said > 10 * OffsetOf(4) * 9 / 10, $"{said} were said");

        void Check(byte[] bad, string what)
        {
            try
            {
                var read = Meaning(JournalFormat.Read(bad, "bad"));
                Assert.True(meant == read, $"{what} means {read}");
            }
            catch (JournalException e)
            {
                Assert.Matches("is damaged|of another build", e.Message);
                said++;
            }
        }
    }

    [Fact]
    public void A_journal_of_the_first_builds_is_read_and_gone_on_with()
    {
        var path = Plant(OfTheFirstBuilds());
        var (journal, contents) = MigrationJournal.TakeOver(path)!.Value;
        using (journal)
        {
            Assert.Equal(("vfio-user:/tmp/planner-old/a.sock", OldJournalFormat.Version), (Assert.Single(contents.Header.Devices).Source.Address, contents.Version));
            Assert.True(contents.WasTouched(MigrationSide.Destination, 0));
            Assert.False(contents.IsHandedOver);
            journal.Append(Step with { Kind = JournalEntryKind.Handover, Device = 0 });
        }

        var again = TakeOver();
        Assert.Equal(contents.Entries.Count + 1, again.Entries);
        Assert.True(again.Contents.IsHandedOver);
        using (var closing = MigrationJournal.TakeOver(path)!.Value.Journal)
        {
            closing.Close();
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_journal_of_the_build_before_is_read_and_knows_no_promise()
    {
        Write(2);
        var bytes = File.ReadAllBytes(TheFile);
        bytes[7] = (byte)'2';
        var beginning = bytes.AsSpan(0, JournalFormat.EntriesOffset(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16))));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(JournalFormat.ChecksumOffset), JournalFormat.Checksum(beginning));
        File.WriteAllBytes(TheFile, bytes);

        using var taken = MigrationJournal.TakeOver(TheFile)!.Value.Journal;
        Assert.Null(MigrationJournal.Look(TheFile)!.Value.Contents.Header.SlaClass);
    }

    [Fact]
    public void A_journal_of_a_later_build_is_refused_by_name_and_not_as_damaged()
    {
        Write(2);
        var path = TheFile;
        var bytes = File.ReadAllBytes(path);
        bytes[7] = (byte)'4';
        File.WriteAllBytes(path, bytes);

        var refused = Assert.Throws<JournalException>(() => MigrationJournal.TakeOver(path));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("of another build", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'planner recover' of the build that wrote it", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("delete", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_is_an_entry_and_a_closed_journal_that_came_back_is_over()
    {
        Write(0);
        var path = TheFile;
        var (journal, _) = MigrationJournal.TakeOver(path)!.Value;
        journal.Append(Step with { Kind = JournalEntryKind.Closed });
        journal.Dispose();

        Assert.Null(MigrationJournal.Look(path));
        Assert.True(File.Exists(path), "looking deletes nothing");
        Assert.Null(MigrationJournal.TakeOver(path));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Looking_changes_nothing_and_tells_whether_the_owner_lives()
    {
        using (var journal = new MigrationJournal(_directory.Path))
        {
            journal.Begin(Header());
            Assert.True(MigrationJournal.Look(TheFile)!.Value.IsOwned);
        }

        var before = File.ReadAllBytes(TheFile);
        Assert.False(MigrationJournal.Look(TheFile)!.Value.IsOwned);
        Assert.Equal(before, File.ReadAllBytes(TheFile));
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

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void A_journal_without_contents_is_named_and_kept(int length)
    {
        var path = Plant(new byte[length]);

        Assert.Contains(path, Assert.Throws<JournalException>(() => MigrationJournal.TakeOver(path)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
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

        // What had no room may have happened.
        var (contents, entries) = TakeOver();
        Assert.False(contents.IsHandedOver);
        Assert.Equal(contents.Capacity - JournalFormat.LastEntries + 2, entries);
        Assert.True(contents.WasTouched(MigrationSide.Source, 0));
        Assert.Null(contents.StatesLeft(MigrationSide.Destination, 1));
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
