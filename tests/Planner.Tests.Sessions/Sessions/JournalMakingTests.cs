using System.Diagnostics;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Between nothing and a journal: whoever comes, or whatever ends the process, in each of the steps of making one.</summary>
public sealed class JournalMakingTests : IDisposable
{
    private const int Killed = 128 + 9;
    private static readonly Drivers Known = new(new FakeDriver());

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<int> Steps => [.. Enum.GetValues<JournalMaking>().Select(step => (int)step)];

    private string Folder => MigrationJournal.DirectoryOf(_directory.Path);

    public void Dispose() => _directory.Dispose();

    private static JournalHeader Header(string source = "fake:s") => new("id-1", "vm1", DateTimeOffset.UnixEpoch, ["unwind"],
    [
        new JournalDevice(
            "nic0",
            new JournalEndpoint(source, DeviceState.Running, "c", MigrationCapabilities.StopCopy, true),
            new JournalEndpoint("fake:d", DeviceState.Running, "c", MigrationCapabilities.StopCopy, true)),
    ]);

    private Task<IReadOnlyList<RecoveredMachine>> RecoverAsync() => new CrashRecovery(_directory.Path, new SessionServices
    {
        Drivers = new Drivers(new FakeDriver(new FakeDevice("fake:s", MigrationCapabilities.StopCopy), new FakeDevice("fake:d", MigrationCapabilities.StopCopy))),
    }).RunAsync(TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Kill_9_in_any_step_leaves_a_whole_journal_or_none(int step)
    {
        using var child = ChildProcess.Start(ChildProcess.Prepare(BeginAndDie, [_directory.Path, $"{step}"]));
        var errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == Killed, await errors);

        var isThere = (JournalMaking)step >= JournalMaking.Renamed;
        Assert.Equal(isThere ? 1 : 0, JournalFolder.List(Folder).Count);
        var recovered = await RecoverAsync();
        Assert.Equal(isThere ? [MigrationOutcome.Recovered] : [], recovered.Select(m => m.Outcome));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [ChildEntry]
    private static int BeginAndDie(string[] arguments)
    {
        using var journal = new MigrationJournal(arguments[0])
        {
            Made = step =>
            {
                if (step == (JournalMaking)int.Parse(arguments[1]))
                {
                    Process.GetCurrentProcess().Kill();
                    Thread.Sleep(Timeout.Infinite);
                }
            },
        };
        journal.Begin(Header());
        return 1;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Whoever_recovers_or_looks_in_any_step_leaves_the_journal_to_its_owner(int step)
    {
        IReadOnlyList<RecoveredMachine>? recovered = null;
        HeldTarget? held = null;
        using (var journal = new MigrationJournal(_directory.Path)
        {
            Made = made =>
            {
                if (made == (JournalMaking)step)
                {
                    held = Guard("fake:s").Find();
                    recovered = RecoverAsync().GetAwaiter().GetResult();
                }
            },
        })
        {
            journal.Begin(Header());
            journal.Append(new JournalEntry(JournalEntryKind.Handover, 1, default, 0, default, default));
        }

        Assert.Empty(recovered!);
        Assert.Equal((JournalMaking)step >= JournalMaking.Renamed, held is { IsUnderWay: true });
        Assert.True(MigrationJournal.Look(Assert.Single(JournalFolder.List(Folder)))!.Value.Contents.IsHandedOver);
    }

    [Fact]
    public void A_journal_that_somebody_removes_while_it_is_made_is_refused_before_anything_is_touched()
    {
        using var journal = new MigrationJournal(_directory.Path)
        {
            Made = step =>
            {
                if (step == JournalMaking.Renamed)
                {
                    File.Delete(Assert.Single(Directory.GetFiles(Folder)));
                }
            },
        };

        Assert.Contains("removed or replaced", Assert.Throws<JournalException>(() => journal.Begin(Header())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_sessions_that_begin_with_one_device_the_second_is_refused_whoever_had_looked_before()
    {
        var (first, second) = (Guard("fake:s"), Guard("fake:s"));
        Assert.Null(first.Find());
        Assert.Null(second.Find());
        using var winner = new MigrationJournal(_directory.Path, first);
        using var loser = new MigrationJournal(_directory.Path, second);
        winner.Begin(Header());

        Assert.Contains("is under way", Assert.Throws<JournalException>(() => loser.Begin(Header())).Message, StringComparison.Ordinal);
        using var other = new MigrationJournal(_directory.Path, Guard("fake:other"));
        other.Begin(Header("fake:other"));
    }

    [Fact]
    public void A_machine_is_one_by_its_process_whatever_its_monitor_is_called()
    {
        var header = Header();
        using (var journal = new MigrationJournal(_directory.Path))
        {
            journal.Begin(header with { Devices = [header.Devices[0] with { Source = header.Devices[0].Source with { Process = "boot/17/4711" } }] });
        }

        Assert.Null(Guard("fake:another").Find());
        Assert.Null(Guard("fake:another", "boot/17/4712").Find());
        var held = Guard("fake:another", "boot/17/4711").Find();
        Assert.Equal(("vm1", "fake:s", false), (held!.Machine, held.Address, held.IsUnderWay));
        Assert.Contains($"'planner recover --state {_directory.Path}'", held.Sentence, StringComparison.Ordinal);
    }

    private TargetGuard Guard(string address, string? process = null) => new([_directory.Path], Known, [Known.FindDevice(address) with { Process = process }]);

    [Theory]
    [InlineData("", UnixFileMode.GroupWrite)]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("journals", UnixFileMode.OtherWrite)]
    public async Task A_folder_that_others_may_write_to_is_neither_written_nor_believed(string folder, UnixFileMode right)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(_directory.Path, folder).TrimEnd('/');
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | right);
        using var journal = new MigrationJournal(_directory.Path);

        foreach (var refused in new[]
        {
            Assert.Throws<JournalException>(() => journal.Begin(Header())),
            Assert.Throws<JournalException>(() => Guard("fake:s").Find()),
            await Assert.ThrowsAsync<JournalException>(RecoverAsync),
        })
        {
            Assert.StartsWith($"Others may write to the folder {path}", refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(Folder));
    }
}
