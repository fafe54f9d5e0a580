using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>A recovery is an attempt of its own in the ledger: what became of the machine, and how long its guest may have been paused at the most.</summary>
public sealed class RecoveryLedgerTests : IDisposable
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryStore _store = new();

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_pause_of_an_interrupted_switchover_is_counted_from_the_journal_and_held_against_the_promise()
    {
        Leave(Switchover(agoSeconds: 3));

        var attempt = await RecoverAsync(DeviceState.StopCopy);

        Assert.Equal((AttemptKind.Recovery, "id-1", "vm1", "gold", MigrationOutcome.Recovered), (attempt.Kind, attempt.Recovers, attempt.Machine, attempt.SlaClass, attempt.Outcome));
        Assert.Equal(("fake:s", "fake:d"), (attempt.Source.Address, attempt.Destination.Address));
        var pause = attempt.Pauses.FailedCommits!;
        Assert.InRange(pause.AtMost, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, pause.AtLeast);
        Assert.Contains("the switchover in the journal", pause.Basis, StringComparison.Ordinal);
        Assert.True(attempt.IsViolation, "3 s under a limit of 300 ms");
        Assert.NotEqual("id-1", attempt.Id);
    }

    [Fact]
    public async Task Where_no_switchover_had_begun_the_guest_was_not_paused()
    {
        Leave();

        var attempt = await RecoverAsync(DeviceState.PreCopy);

        Assert.False(attempt.WasPaused);
        Assert.False(attempt.IsViolation);
        Assert.True(attempt.ArePausesKnown);
    }

    [Fact]
    public async Task What_the_interrupted_attempt_counted_itself_is_not_counted_twice()
    {
        Leave(Switchover(agoSeconds: 3600));
        _store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("id-1") with { Outcome = MigrationOutcome.NeedsPerson, Ended = DateTimeOffset.UtcNow.AddSeconds(-2), Confidence = 0.9 }] });

        var attempt = await RecoverAsync(DeviceState.StopCopy);

        Assert.InRange(attempt.Pauses.AtMost, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.Contains("the end of the interrupted attempt", attempt.Pauses.Total!.Basis, StringComparison.Ordinal);
        Assert.Equal(0.9, attempt.Confidence);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_changes_nothing_about_the_machine_and_is_said()
    {
        Leave(Switchover(agoSeconds: 1));
        _store.Fault = "the disk is full";
        var source = new FakeDevice("fake:s", All) { State = DeviceState.StopCopy };

        var machine = Assert.Single(await RecoverAsync(source));

        Assert.Equal((MigrationOutcome.Recovered, "the disk is full", DeviceState.Running), (machine.Outcome, machine.StoreTrouble, source.State));
    }

    private static JournalEntry Switchover(int agoSeconds) =>
        new(JournalEntryKind.Switchover, TimeProvider.System.NowNanoseconds() - (agoSeconds * 1_000_000_000L), default, 0, default, default);

    private void Leave(params JournalEntry[] entries)
    {
        using var journal = new MigrationJournal(_directory.Path);
        journal.Begin(new JournalHeader(
            "id-1", "vm1", DateTimeOffset.UtcNow.AddHours(-2), ["unwind", "reset"],
            [new JournalDevice("nic0", new JournalEndpoint("fake:s", DeviceState.Running, "c", All, true), new JournalEndpoint("fake:d", DeviceState.Running, "c", All, true))],
            SlaClass: "gold", Limit: TimeSpan.FromMilliseconds(300)));
        journal.Append(new JournalEntry(JournalEntryKind.ArcBegun, 1, MigrationSide.Source, 0, new Arc(DeviceState.Running, DeviceState.PreCopy), default));
        foreach (var entry in entries)
        {
            journal.Append(entry);
        }
    }

    private async Task<MigrationAttempt> RecoverAsync(DeviceState found)
    {
        await RecoverAsync(new FakeDevice("fake:s", All) { State = found });
        return _store.Attempts.Last();
    }

    private Task<IReadOnlyList<RecoveredMachine>> RecoverAsync(FakeDevice source) => new CrashRecovery(_directory.Path, new SessionServices
    {
        Drivers = new Drivers(new FakeDriver(source, new FakeDevice("fake:d", All))),
    })
    {
        Ledger = () => _store,
    }.RunAsync(TestContext.Current.CancellationToken);
}
