using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Whatever fails around an engine leads home: the machine runs on exactly one side, and the reason says what failed.</summary>
public sealed class ShellFailureTests
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
    private const string Failure = "The disk is gone";
    private const int Bytes = 20_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_journal_that_cannot_be_written(bool isForGood)
    {
        var outcomes = new HashSet<MigrationOutcome>();
        for (var at = 1; ; at++)
        {
            var request = Request();
            using var journal = new MemoryJournal { Fails = (n, _) => isForGood ? n >= at : n == at };
            var result = await MigrationSession.RunAsync(request, new SessionServices { Journal = journal }, Token);
            if (journal.Asked < at)
            {
                Assert.Equal([MigrationOutcome.Completed, MigrationOutcome.Recovered], outcomes.Order());
                return;
            }

            Assert.Contains(Failure, result.Reason, StringComparison.Ordinal);
            AssertRunsOnOneSide(request, result.Outcome, result.Reason);
            outcomes.Add(result.Outcome);

            // Nothing starts on the destination whose handover is not written down.
            Assert.Equal(result.Outcome == MigrationOutcome.Completed, journal.Entries.Any(e => e.Kind == JournalEntryKind.Handover));
        }
    }

    [Fact]
    public async Task A_carrier_that_fails() => await EverywhereAsync((request, record, at) =>
    {
        FailingCarrier? carrier = null;
        var host = new SessionHost<EngineState>(new SessionServices(), shell => carrier = new FailingCarrier(Walker(request, shell, record), at), record, MigrationEngine.Advance);
        return (host, () => carrier!.Carried);
    });

    [Fact]
    public async Task A_record_that_fails() => await EverywhereAsync((request, record, at) =>
    {
        var failing = new FailingRecord(record, at);
        return (new SessionHost<EngineState>(new SessionServices(), shell => Walker(request, shell, record), failing, MigrationEngine.Advance), () => failing.Noted);
    });

    [Fact]
    public async Task An_engine_that_cannot_take_an_event() => await EverywhereAsync((request, record, at) =>
    {
        var calls = 0;
        return (new SessionHost<EngineState>(new SessionServices(), shell => Walker(request, shell, record), record, (state, happened, now) =>
            ++calls == at ? throw new InvalidOperationException(Failure) : MigrationEngine.Advance(state, happened, now)), () => calls);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_journal_that_cannot_be_written_beside_hypervisors(bool isForGood)
    {
        for (var at = 1; ; at++)
        {
            var request = Machine();
            using var journal = new MemoryJournal { Fails = (n, _) => isForGood ? n >= at : n == at };
            var result = await MigrationSession.RunAsync(request, new SessionServices { Journal = journal }, Token);
            await AssertRunsOnOneSideAsync(request, result);
            if (journal.Asked < at)
            {
                Assert.Equal(MigrationOutcome.Completed, result.Outcome);
                return;
            }

            Assert.Contains(Failure, result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_observer_that_fails_is_its_own_business()
    {
        var request = Request();
        var result = await MigrationSession.RunAsync(request, new SessionServices { Observers = [new FailingObserver()] }, Token);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.DoesNotContain(Failure, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_observer_on_a_thread_of_its_own_may_throw_anything_and_the_others_hear_all()
    {
        var heard = new NoticeList();
        await using (var background = new BackgroundObserver([new FailingObserver(), heard]))
        {
            var result = await MigrationSession.RunAsync(Request(), new SessionServices { Observers = [background] }, Token);
            Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        }

        Assert.Contains(heard.Notices, n => n is MigrationEnded);
    }

    [Fact]
    public async Task A_store_and_a_journal_that_fail_at_the_end_are_told_and_change_nothing()
    {
        var request = Request();
        var result = await MigrationSession.RunAsync(request, new SessionServices { Journal = new UnclosableJournal() }, Token);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.Equal(Failure, result.StoreTrouble);
    }

    private static DeviceMigrationRequest Request() => new()
    {
        Machine = "vm1",
        Devices = [.. Enumerable.Range(0, 2).Select(i => new DevicePair(
            $"nic{i}",
            new FakeDevice($"fake:{i}-source", All, [.. Enumerable.Repeat((byte)1, Bytes)], 12_000),
            new FakeDevice($"fake:{i}-destination", All) { ExpectsBytes = Bytes }))],
        Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30) },
        Mode = MigrationMode.Rehearsal,
    };

    private static MachineMigrationRequest Machine() => new()
    {
        Machine = "vm1",
        Source = new ImaginaryHypervisor(MigrationSide.Source),
        Destination = new ImaginaryHypervisor(MigrationSide.Destination),
        Channel = "",
        Listen = "",
        Policy = new SlaPolicy
        {
            Name = "test",
            BlackoutLimit = TimeSpan.FromSeconds(30),
            Confidence = 0.5,
            CompleteWithin = TimeSpan.FromSeconds(20),
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
        },
    };

    private static DeviceWalker Walker(DeviceMigrationRequest request, SessionShell shell, DeviceRecord record) => new(
        request.Devices.Select(d => (d.Source.Address, (IMigrationDevice?)d.Source)),
        request.Devices.Select(d => (d.Destination.Address, (IMigrationDevice?)d.Destination)),
        shell,
        record.Evaluator);

    private static MigrationPlan Plan(DeviceMigrationRequest request) => new()
    {
        Devices = [.. request.Devices.Select(d => new DevicePlan(d.Name, d.Source.Address, d.Destination.Address, d.Source.Offer, d.Destination.Offer))],
        Mode = request.Mode,
    };

    /// <summary>Lets the first call fail, then the second, and so on until there are no more.</summary>
    private static async Task EverywhereAsync(Func<DeviceMigrationRequest, DeviceRecord, int, (SessionHost<EngineState> Host, Func<int> Calls)> make)
    {
        for (var at = 1; ; at++)
        {
            var request = Request();
            var (host, calls) = make(request, DeviceRecord.Open(request, Plan(request), new SessionServices()), at);
            var (state, _) = await host.RunAsync(now => MigrationEngine.Start(Plan(request), now), Token);
            if (calls() < at)
            {
                Assert.Equal(MigrationOutcome.Completed, state.IntendedOutcome);
                return;
            }

            // What fails when the machine runs on the destination has nothing left to lead home, and may come too late to be told.
            if (state.IntendedOutcome != MigrationOutcome.Completed)
            {
                Assert.Contains(Failure, state.Reason, StringComparison.Ordinal);
            }

            AssertRunsOnOneSide(request, state.IntendedOutcome, state.Reason);
        }
    }

    private static void AssertRunsOnOneSide(DeviceMigrationRequest request, MigrationOutcome outcome, string reason)
    {
        Assert.True(outcome != MigrationOutcome.NeedsPerson, reason);
        foreach (var pair in request.Devices)
        {
            var (source, destination) = ((FakeDevice)pair.Source, (FakeDevice)pair.Destination);
            var hasGuest = destination.State.IsRunning() && destination.Content.Length > 0;
            Assert.True(outcome == MigrationOutcome.Completed ? hasGuest : source.State == DeviceState.Running, $"{reason} {source.State} {destination.State}");
            Assert.False(hasGuest && source.State.IsRunning(), "two running");
        }
    }

    private static async Task AssertRunsOnOneSideAsync(MachineMigrationRequest request, SessionResult result)
    {
        var runs = new List<bool>();
        foreach (var side in new[] { request.Source, request.Destination })
        {
            runs.Add((await side.ReportAsync(TimeSpan.FromSeconds(1), Token)).Guest == GuestRunState.Running);
        }

        Assert.True(runs[0] != runs[1], result.Reason);
        Assert.Equal(runs[1], result.Outcome == MigrationOutcome.Completed);
    }

    private sealed class FailingCarrier(ICommandCarrier<EngineState> inner, int failAt) : ICommandCarrier<EngineState>
    {
        public int Carried { get; private set; }

        public void Carry(EngineCommand command, EngineState state, long now)
        {
            if (++Carried == failAt)
            {
                throw new InvalidOperationException(Failure);
            }

            inner.Carry(command, state, now);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class FailingRecord(DeviceRecord inner, int failFrom) : ISessionRecord<EngineState>
    {
        public int Noted { get; private set; }

        public JournalHeader Header(EngineState state) => inner.Header(state);

        public void Note(EngineState? before, SessionEvent happened, Step<EngineState> step)
        {
            if (++Noted >= failFrom)
            {
                throw new InvalidOperationException(Failure);
            }

            inner.Note(before, happened, step);
        }
    }

    private sealed class FailingObserver : ISessionObserver
    {
        public void On(SessionNotice notice) => throw new InvalidOperationException(Failure);
    }

    private sealed class UnclosableJournal : IJournal
    {
        public void Begin(JournalHeader header)
        {
        }

        public void Append(in JournalEntry entry)
        {
        }

        public void Sync()
        {
        }

        public void Close() => throw new InvalidOperationException(Failure);

        public void Dispose()
        {
        }
    }
}
