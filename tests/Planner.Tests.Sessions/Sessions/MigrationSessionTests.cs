using Planner.Documents;
using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Whole sessions on devices in memory.</summary>
public sealed class MigrationSessionTests
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    // So wide that a busy machine does not matter: what is tested here is order, bytes and evidence.
    private static readonly SlaPolicy Policy = new() { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30), Confidence = 0.8 };

    private static byte[] Content(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7))];

    private static DeviceMigrationRequest Request(params DevicePair[] devices) => new() { Machine = "vm1", Devices = devices, Policy = Policy, Patience = 2 };

    private static DevicePair Pair(MigrationCapabilities capabilities, int bytes = 20_000, int preCopyBytes = 12_000, string name = "nic0") => new(
        name,
        new FakeDevice($"fake:{name}-source", capabilities, Content(bytes), capabilities.Has(MigrationCapabilities.PreCopy) ? preCopyBytes : 0),
        new FakeDevice($"fake:{name}-destination", capabilities) { ExpectsBytes = bytes });

    private static Task<SessionResult> RunAsync(MigrationRequest request, SessionServices? services = null, CancellationToken cancellationToken = default) =>
        MigrationSession.RunAsync(request, services ?? new SessionServices(), cancellationToken);

    public static TheoryData<MigrationCapabilities> CapabilitySets() => [.. MigrationCapabilitySets.All];

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public async Task The_state_arrives_as_it_was(MigrationCapabilities capabilities)
    {
        var pair = Pair(capabilities);
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.Equal(DeviceState.Running, pair.Destination.GetState());
        Assert.Equal(DeviceState.Stop, pair.Source.GetState());
        Assert.Equal(Content(20_000), ((FakeDevice)pair.Destination).Content);
    }

    [Fact]
    public async Task A_size_that_cannot_be_is_named_and_counts_as_not_told()
    {
        var pair = Pair(All);
        ((FakeDevice)pair.Source).OnDataSize = () => throw new DeviceException(DeviceFault.Unbelievable, "fake:nic0-source: the device states a data size of 18446744073709551615.");
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((MigrationOutcome.Completed, DeviceState.Running), (result.Outcome, pair.Destination.GetState()));
        Assert.Equal(2, result.Reason.Split("a data size of 18446744073709551615").Length);
    }

    [Fact]
    public async Task Four_devices_go_together()
    {
        var pairs = Enumerable.Range(0, 4).Select(i => Pair(All, bytes: 10_000 + i, name: $"nic{i}")).ToArray();
        var result = await RunAsync(Request(pairs) with { Mode = MigrationMode.Rehearsal }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.All(pairs, (p, i) => Assert.Equal(Content(10_000 + i), ((FakeDevice)p.Destination).Content));
        Assert.Single(result.Measurements.Transfers, t => t.Phase == TransferPhase.StopCopy);
    }

    [Fact]
    public async Task Rehearsals_gather_the_evidence_on_which_a_migration_commits()
    {
        using var store = new MemoryStore();
        var services = new SessionServices { Store = store };
        var token = TestContext.Current.CancellationToken;

        var early = await RunAsync(Request(Pair(All)), services, token);
        Assert.Equal(MigrationOutcome.Stayed, early.Outcome);
        Assert.Equal("stay", early.Decision!.Verdict);

        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(MigrationOutcome.Completed, (await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, services, token)).Outcome);
        }

        var result = await RunAsync(Request(Pair(All)), services, token);
        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
        Assert.Equal("direct", result.Decision!.Blackout.Method);
        Assert.Equal("commit", result.SecondDecision!.Verdict);
        Assert.NotNull(result.Attempt.LastDecision?.Bound);
        Assert.All(result.Terms, t => Assert.NotNull(t.ActualSeconds));
        Assert.Contains(result.Terms, t => t is { Term: "arc PRE_COPY->PRE_COPY_P2P", Device: "nic0" });
        var blackouts = result.Attempt.Scores;
        Assert.Equal([BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce], blackouts.Select(b => b.Span));
        Assert.All(blackouts, b => Assert.Equal(("test", BlackoutKind.Commit), (b.SlaClass, b.Kind)));
        Assert.True(blackouts[1].Actual <= blackouts[0].Actual);
        Assert.Equal(result.Blackout, blackouts[0].Actual);
    }

    [Fact]
    public async Task The_kept_snapshot_gives_the_same_verdict_again()
    {
        using var store = new MemoryStore();
        var services = new SessionServices { Store = store };
        for (var i = 0; i < 12; i++)
        {
            await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);
        }

        foreach (var limit in new[] { 30.0, 1e-6 })
        {
            var request = Request(Pair(All)) with { Policy = Policy with { BlackoutLimit = TimeSpan.FromSeconds(limit) } };
            var result = await RunAsync(request, services, TestContext.Current.CancellationToken);

            var evaluator = SwitchoverEvaluator.Prepare(DecisionJson.ReadSnapshot(result.Snapshot!, "snapshot"));
            var again = evaluator.Decide(evaluator.Moment);
            var deciding = result.SecondDecision ?? result.Decision!;
            Assert.Equal(deciding.Verdict, again.Verdict.ToString().ToLowerInvariant());
            Assert.Equal(deciding.Blackout.BoundSeconds!.Value, again.BoundSeconds, 1e-12);
            Assert.Equal(result.Snapshot, result.Attempt.LastDecision!.Snapshot);
        }
    }

    /// <summary>5,600 commits are on record, of which 5,000 count; the last of them tell of a change.</summary>
    [Theory]
    [InlineData(30, MigrationOutcome.Completed)]
    [InlineData(1e-6, MigrationOutcome.Stayed)]
    public async Task The_record_has_what_carried_the_decision_and_its_input_repeats_it_to_the_digit(double limitSeconds, MigrationOutcome outcome)
    {
        using var store = new MemoryStore();
        var services = new SessionServices { Store = store };
        for (var i = 0; i < 12; i++)
        {
            await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);
        }

        var past = store.Attempts.SelectMany(a => a.Scores).First() with { SlaClass = Policy.Name, Kind = BlackoutKind.Commit, Predicted = TimeSpan.FromMilliseconds(100) };
        foreach (var span in new[] { BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce })
        {
            store.Append(new MeasurementBatch
            {
                Attempts = [Ledger.With(Enumerable.Range(0, 5600).Select(i => past with { Span = span, Actual = TimeSpan.FromMilliseconds((90 + i * 7 % 20) * (i < 5580 ? 1 : 2.5)) }))],
            });
        }

        var request = Request(Pair(All)) with { Policy = Policy with { BlackoutLimit = TimeSpan.FromSeconds(limitSeconds), Confidence = 0.99 } };
        var result = await RunAsync(request, services, TestContext.Current.CancellationToken);
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal(BoundMethod.Direct, result.Attempt.LastDecision!.Method);
        Assert.Same(result.Attempt, Assert.Single(store.Batches[^1].Attempts));

        var snapshot = DecisionJson.ReadSnapshot(result.Attempt.LastDecision!.Snapshot!, "snapshot");
        Assert.Equal(EvidenceMemory.Window, snapshot.PastBlackouts.Count);
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var again = evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
        Assert.True(again.Blackout.Recalibrating);
        Assert.Equal(DecisionJson.WriteDecision(result.SecondDecision ?? result.Decision!), DecisionJson.WriteDecision(again));
    }

    [Fact]
    public async Task What_was_measured_is_stored_as_one_batch()
    {
        using var store = new MemoryStore();
        var result = await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, new SessionServices { Store = store }, TestContext.Current.CancellationToken);

        var batch = Assert.Single(store.Batches);
        Assert.Same(result.Attempt, Assert.Single(batch.Attempts));
        Assert.Contains(batch.Arcs, a => a.Arc == new Arc(DeviceState.Resuming, DeviceState.Stop));
        Assert.Equal(
            [("test/fake/1", (long?)8_000, 8_000L), ("test/fake/1/pre-copy", null, 12_000)],
            batch.StateSizes.Select(s => (s.DeviceClass, s.ExpectedBytes, s.ActualBytes)));
        Assert.Equal(["test/fake/1->test/fake/1"], batch.Transfers.Select(t => t.Link).Distinct());
        Assert.Equal([12_000L, 8_000L], batch.Transfers.Select(t => t.Bytes));
    }

    [Fact]
    public async Task A_store_that_fails_at_the_end_does_not_harm_the_migration()
    {
        using var store = new MemoryStore { Fault = "The disk is full; make room." };
        var pair = Pair(All);
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, new SessionServices { Store = store }, TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.Equal("The disk is full; make room.", result.StoreTrouble);
    }

    [Fact]
    public async Task Observers_are_told_in_order_and_cannot_break_a_session()
    {
        var list = new NoticeList();
        var services = new SessionServices { Observers = [new ThrowingObserver(), list] };
        var result = await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.IsType<MigrationStarted>(list.Notices[0]);
        Assert.IsType<MigrationEnded>(list.Notices[^1]);
        Assert.Equal(
            [SessionPhase.Preparing, SessionPhase.PreCopy, SessionPhase.Quiescing, SessionPhase.StopCopy, SessionPhase.Resuming, SessionPhase.Ended],
            list.Phases);
        Assert.Equal([1, 2], list.Notices.OfType<Decided>().Select(d => d.Gate));
        Assert.Equal([TransferPhase.PreCopy, TransferPhase.StopCopy], list.Notices.OfType<StreamMoved>().Select(s => s.Phase));
        var quiet = list.Notices.OfType<ArcRun>().Where(r => !r.InBlackout).Select(r => r.Arc.ToString());
        Assert.Contains("STOP_COPY->STOP", quiet);
        Assert.DoesNotContain("PRE_COPY_P2P->STOP_COPY", quiet);
        Assert.All(list.Notices, n => Assert.Equal(result.Attempt.Id, n.MigrationId));
    }

    [Fact]
    public async Task Cancelling_while_pre_copy_runs_brings_the_machine_back()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var pair = Pair(All);
        ((FakeDevice)pair.Source).OnRead = _ => cancel.Cancel();
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, cancellationToken: cancel.Token);

        Assert.Equal(MigrationOutcome.Stayed, result.Outcome);
        Assert.Equal(DeviceState.Running, pair.Source.GetState());
        Assert.Equal(DeviceState.Running, pair.Destination.GetState());
        Assert.Equal(TimeSpan.Zero, result.Blackout);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_an_arc_is_opened_again_and_the_device_brought_back()
    {
        var pair = Pair(All);
        var source = (FakeDevice)pair.Source;
        var isBroken = false;
        source.OnArc = arc =>
        {
            if (arc.To != DeviceState.StopCopy)
            {
                return null;
            }

            // The arc is carried out, but nobody hears of it.
            isBroken = true;
            source.State = DeviceState.StopCopy;
            return new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero);
        };
        source.OnAsk = () =>
        {
            if (isBroken)
            {
                isBroken = false;
                throw new DeviceException(DeviceFault.Disconnected, "the connection is gone");
            }
        };
        var driver = new FakeDriver(source);
        var services = new SessionServices { Drivers = new Drivers(driver) };
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Recovered, result.Outcome);
        Assert.Equal([source.Address], driver.Opened);
        Assert.Equal(DeviceState.Running, source.State);
    }

    [Fact]
    public async Task A_device_that_never_answers_again_needs_a_person()
    {
        var pair = Pair(All);
        var source = (FakeDevice)pair.Source;
        var isGone = false;
        source.OnArc = arc =>
        {
            isGone |= arc.To == DeviceState.StopCopy;
            return isGone ? new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero) : null;
        };
        source.OnAsk = () =>
        {
            if (isGone)
            {
                throw new DeviceException(DeviceFault.TimedOut, "no answer");
            }
        };
        using var directory = new TemporaryDirectory();
        using var journal = new MigrationJournal(directory.Path);
        var services = new SessionServices { StatePatience = TimeSpan.FromMilliseconds(300), Drivers = new Drivers(new FakeDriver(source)), Journal = journal };
        var result = await RunAsync(Request(pair) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.NeedsPerson, result.Outcome);
        Assert.Contains(source.Address, result.Reason, StringComparison.Ordinal);
        // What is not in order stays in the journal.
        Assert.Single(Directory.GetFiles(MigrationJournal.DirectoryOf(directory.Path)));
    }

    [Fact]
    public async Task The_journal_is_removed_when_everything_is_in_its_place()
    {
        using var directory = new TemporaryDirectory();
        using var journal = new MigrationJournal(directory.Path);
        await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, new SessionServices { Journal = journal }, TestContext.Current.CancellationToken);

        Assert.Empty(Directory.GetFiles(MigrationJournal.DirectoryOf(directory.Path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(MigrationJournal.DirectoryOf(directory.Path)));
    }

    [Fact]
    public async Task A_device_that_tells_no_size_is_judged_by_its_history()
    {
        using var store = new MemoryStore();
        var services = new SessionServices { Store = store };
        for (var i = 0; i < 12; i++)
        {
            await RunAsync(Request(Silent(Pair(All))) with { Mode = MigrationMode.Rehearsal }, services, TestContext.Current.CancellationToken);
        }

        var result = await RunAsync(Request(Silent(Pair(All))), services, TestContext.Current.CancellationToken);
        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
        Assert.Equal(8_000, DecisionJson.ReadSnapshot(result.Snapshot!, "snapshot").Devices[0].StateBytes);

        static DevicePair Silent(DevicePair pair)
        {
            var source = (FakeDevice)pair.Source;
            source.Offer = source.Offer with { OffersDataSize = Answer.No };
            return pair;
        }
    }

    [Fact]
    public async Task A_recording_holds_every_arc_as_a_line()
    {
        var output = new MemoryStream();
        var list = new NoticeList();
        using (var recorder = new SessionRecorder(output))
        {
            await RunAsync(Request(Pair(All)) with { Mode = MigrationMode.Rehearsal }, new SessionServices { Observers = [recorder, list] }, TestContext.Current.CancellationToken);
        }

        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n');
        var arcs = lines.Where(l => l.Contains(",\"device\":\"nic0\",\"class\":", StringComparison.Ordinal)).ToList();
        Assert.Equal(list.Notices.OfType<ArcRun>().Count(), arcs.Count);
        Assert.Equal(list.Notices.OfType<Decided>().Count(), lines.Count(l => l.Contains("\"decision\":{\"gate\":", StringComparison.Ordinal)));
        Assert.Equal(list.Notices.OfType<StreamMoved>().Count(), lines.Count(l => l.Contains("\"transfer\":{\"device\":\"nic0\"", StringComparison.Ordinal)));
        Assert.StartsWith("{\"t\":0,\"migration\":{", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"ended\":{\"outcome\":\"completed\",\"pausedSeconds\":", lines[^1], StringComparison.Ordinal);
        Assert.Matches(
            """^\{"t":[0-9.E-]+,"device":"nic0","class":"test/fake/1","from":"PRE_COPY_P2P","to":"STOP_COPY","seconds":1E-05,"outcome":"ok"\}$""",
            Assert.Single(arcs, l => l.Contains("STOP_COPY\",\"sec", StringComparison.Ordinal)));
    }

    private sealed class ThrowingObserver : ISessionObserver
    {
        public void On(SessionNotice notice) => throw new InvalidOperationException("a broken display");
    }
}
