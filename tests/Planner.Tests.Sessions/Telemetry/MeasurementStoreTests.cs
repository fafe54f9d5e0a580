using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>What a store does, whatever its engine.</summary>
public abstract class MeasurementStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Arc Stop = new(DeviceState.RunningP2P, DeviceState.Stop);
    private static readonly Arc Resume = new(DeviceState.Resuming, DeviceState.Stop);

    private protected MeasurementStoreTests(StorePlace place) => Place = place;

    private protected StorePlace Place { get; }

    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_was_stored_is_there_after_the_store_was_opened_again()
    {
        var arc = new ArcSample("nic0", "sim/fast", Stop, TimeSpan.FromTicks(1_234_567), ArcOutcome.Completed, Noon.AddTicks(7));
        var transfer = new TransferSample("a->b", TransferPhase.StopCopy, 1L << 40, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(2), Noon);
        var sizeKnown = new StateSizeSample("sim/fast", 4096, 4000, Noon);
        var sizeUnknown = new StateSizeSample("sim/fast", null, 4001, Noon);
        var blackout = new BlackoutSample("sim/fast", "gold", BlackoutKind.Commit, BlackoutSpan.AfterQuiesce, TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(101), Noon);
        using (var store = Place.Open())
        {
            store.Append(new MeasurementBatch { Arcs = [arc], Transfers = [transfer], StateSizes = [sizeUnknown, sizeKnown], Attempts = [Ledger.Attempt("m1") with { Scores = [blackout] }] });
        }

        using var again = Place.Open();
        Assert.Equal([arc], again.ReadArcs("sim/fast", 10));
        Assert.Equal([transfer], again.ReadTransfers("a->b", TransferPhase.StopCopy, 10));
        Assert.Equal([sizeUnknown, sizeKnown], again.ReadStateSizes("sim/fast", 10));
        Assert.Equal([blackout with { Origin = new SampleOrigin(null, null, "m1") }], again.ReadScores("sim/fast", BlackoutSpan.AfterQuiesce, 10));
        Assert.Equal(TimeSpan.FromMilliseconds(120), again.ReadPauseSpent("vm1", Noon));
    }

    [Fact]
    public void What_was_seen_of_a_link_adds_up_over_migrations()
    {
        using (var store = Place.Open())
        {
            store.Append(new MeasurementBatch { LinkAges = [new LinkAgeSample("a->b", -1, 10, 1), new LinkAgeSample("a->b", 3, 2, 0), new LinkAgeSample("other", 3, 9, 9)] });
            store.Append(new MeasurementBatch { LinkAges = [new LinkAgeSample("a->b", 3, 5, 1)] });
        }

        using var again = Place.Open();
        Assert.Equal([new LinkAgeSample("a->b", -1, 10, 1), new LinkAgeSample("a->b", 3, 7, 1)], again.ReadLinkAges("a->b"));
        Assert.Empty(again.ReadLinkAges("nobody's"));
    }

    [Fact]
    public void A_blackout_keeps_whether_the_link_was_calm_and_one_of_an_earlier_planner_does_not_say()
    {
        using var store = Place.Open();
        var unknown = new BlackoutSample("nic", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), Noon);
        store.Append(new MeasurementBatch { Attempts = [Ledger.With(unknown, unknown with { WasCalm = true, HostWasBusy = true }, unknown with { WasCalm = false })] });

        Assert.Equal([null, true, false], store.ReadScores("nic", BlackoutSpan.Whole, 10).Select(b => b.WasCalm));
    }

    [Fact]
    public void An_attempt_is_read_back_as_it_was_written()
    {
        var score = new BlackoutSample("nic", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(101), Noon)
        {
            IsCutOff = true,
            Origin = new SampleOrigin("h1", "vm1", "m1"),
        };
        var attempt = Ledger.Attempt("m1") with
        {
            Kind = AttemptKind.Recovery,
            Recovers = "m0",
            Outcome = MigrationOutcome.Recovered,
            ArePausesKnown = false,
            Pauses = PauseSum.None
                .With(PauseKind.VainQuiesce, GuestPause.Within(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(3), "a clock"))
                .With(PauseKind.FailedCommit, GuestPause.Exactly(TimeSpan.FromSeconds(1), "another clock")),
            Decisions =
            [
                new AttemptDecision(1, Verdict.Stay, null, null, null, TimeSpan.FromSeconds(1), "no bound", null),
                new AttemptDecision(2, Verdict.Commit, BoundMethod.Union, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), TimeSpan.FromSeconds(2), "it fits", "{}"),
            ],
            Traffic = new AttemptTraffic { PreCopyBytes = 1, StopBytes = 2, PreCopyBytesPerSecond = 3.5, StopBytesPerSecond = 4.5, ThrottlePercent = 40 },
            Scores = [score],
        };
        using var store = Place.Open();
        store.Append(new MeasurementBatch { Attempts = [attempt, Ledger.Attempt("m2") with { Kind = null, Limit = null, Confidence = null, Rule = null, AskedBy = null, Decisions = [] }] });

        var read = store.ReadAttempts(new AttemptFilter(null, null, 10));
        Assert.Equal(["m1", "m2"], read.Select(a => a.Id));
        Assert.Equal(attempt.Decisions, read[0].Decisions);
        Assert.Equal(attempt.Scores, read[0].Scores);
        Assert.Equal(attempt with { Decisions = [], Scores = [] }, read[0] with { Decisions = [], Scores = [] });
        Assert.Equal((null, null, 0), (read[1].Kind, read[1].Limit, read[1].Decisions.Count));
    }

    [Fact]
    public void Attempts_are_found_by_machine_class_and_the_beginning_of_their_identifier()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch
        {
            Attempts = [Ledger.Attempt("aa1"), Ledger.Attempt("aa2") with { Machine = "vm2", Ended = Noon.AddSeconds(1) }, Ledger.Attempt("b") with { SlaClass = "silver", Ended = Noon.AddSeconds(2) }],
        });

        Assert.Equal(["aa2"], store.ReadAttempts(new AttemptFilter("vm2", null, 10)).Select(a => a.Id));
        Assert.Equal(["aa1", "aa2"], store.ReadAttempts(new AttemptFilter(null, "gold", 10)).Select(a => a.Id));
        Assert.Equal(["b"], store.ReadAttempts(new AttemptFilter(null, null, 1)).Select(a => a.Id));
        Assert.Equal("aa1", store.FindAttempt("aa1")!.Id);
        Assert.Equal("b", store.FindAttempt("b")!.Id);
        Assert.Null(store.FindAttempt("aa"));
        Assert.Null(store.FindAttempt("c"));
    }

    [Theory]
    [InlineData("update attempt set limit_ticks = -1")]
    [InlineData("update attempt set kind = 'Wish'")]
    [InlineData("update attempt set outcome = 'Won'")]
    [InlineData("update attempt set ended_ticks = 9223372036854775807")]
    [InlineData("update attempt set confidence = 1.5")]
    [InlineData("update attempt set throttle_percent = 100")]
    [InlineData("update attempt_pause set most_ticks = 0")]
    [InlineData("update attempt_pause set kind = 'Nap'")]
    [InlineData("update attempt_decision set gate = 3")]
    [InlineData("update attempt_decision set bound_ticks = -5")]
    public void An_attempt_with_an_impossible_value_is_refused_and_not_lost(string damage)
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1")] });
        Place.Query($"{damage} returning 'x'");

        var refused = Assert.Throws<StoreException>(() => store.ReadAttempts(new AttemptFilter(null, null, 10)));
        Assert.Contains("holds a row that this planner cannot read", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["m1"], Place.Query("select id from attempt"));
    }

    [Fact]
    public void A_long_text_is_kept_whole_whatever_stands_before_it_in_the_batch()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch
        {
            Attempts =
            [
                Ledger.Attempt("m1"),
                Ledger.Attempt("m2") with
                {
                    Reason = new string('r', 5000),
                    Decisions = [new AttemptDecision(1, null, null, null, null, null, "", "s"), new AttemptDecision(1, null, null, null, null, null, "", new string('s', 100_000))],
                },
            ],
        });

        Assert.Equal(["5000 100000"], Place.Query("select length(a.reason) || ' ' || length(d.snapshot) from attempt a join attempt_decision d on d.attempt = a.id where id = 'm2' and ordinal = 1"));
    }

    [Fact]
    public void Only_the_latest_samples_of_every_arc_are_read_oldest_first()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch { Arcs = [.. Enumerable.Range(0, 10).Select(i => Arc(Stop, i)), Arc(Resume, 3), Arc(Resume, 1)] });

        var read = store.ReadArcs("sim/fast", 2);

        Assert.Equal([Arc(Resume, 1), Arc(Resume, 3), Arc(Stop, 8), Arc(Stop, 9)], read);
    }

    [Fact]
    public void Arcs_that_ended_late_are_read_among_the_others_and_failed_ones_are_not()
    {
        using var store = Place.Open();
        var late = Arc(Stop, 2) with { Outcome = ArcOutcome.CompletedLate };
        store.Append(new MeasurementBatch { Arcs = [Arc(Stop, 1), late, Arc(Stop, 3) with { Outcome = ArcOutcome.Failed }, Arc(Stop, 4), Arc(Stop, 5)] });

        Assert.Equal([late, Arc(Stop, 4), Arc(Stop, 5)], store.ReadArcs("sim/fast", 3));
    }

    [Fact]
    public void Samples_of_one_moment_keep_the_order_of_writing()
    {
        using var store = Place.Open();
        var same = Enumerable.Range(1, 5).Select(i => Arc(Stop, 0) with { Duration = TimeSpan.FromMilliseconds(i) }).ToList();
        store.Append(new MeasurementBatch { Arcs = same });

        Assert.Equal(same[2..], store.ReadArcs("sim/fast", 3));
    }

    [Fact]
    public void Arcs_that_did_not_complete_and_arcs_of_other_classes_are_no_evidence()
    {
        using var store = Place.Open();
        var others = Enum.GetValues<ArcOutcome>().Where(o => o is not (ArcOutcome.Completed or ArcOutcome.CompletedLate)).Select(o => Arc(Stop, 1) with { Outcome = o });
        store.Append(new MeasurementBatch { Arcs = [.. others, Arc(Stop, 2) with { DeviceClass = "sim/slow" }] });

        Assert.Empty(store.ReadArcs("sim/fast", 10));
    }

    [Fact]
    public void The_phases_of_transfers_are_kept_apart()
    {
        using var store = Place.Open();
        var before = new TransferSample("a->b", TransferPhase.PreCopy, 1, TimeSpan.Zero, TimeSpan.FromSeconds(1), Noon);
        var inside = before with { Phase = TransferPhase.StopCopy, Bytes = 2 };
        store.Append(new MeasurementBatch { Transfers = [before, inside, inside with { Link = "other" }] });

        Assert.Equal([before], store.ReadTransfers("a->b", TransferPhase.PreCopy, 10));
        Assert.Equal([inside], store.ReadTransfers("a->b", TransferPhase.StopCopy, 10));
    }

    [Fact]
    public void The_first_blackouts_of_each_group_of_a_class_are_read_whatever_characters_class_and_place_have()
    {
        const string Class = "nic @ 100 %'_";
        using var store = Place.Open();
        var first = Of("on host pair a-b", 1);
        var others = new[] { Of("on host pair ü-\n@", 2), Of("", 3), first with { DeviceClass = Class, At = Noon.AddSeconds(4) } };
        store.Append(new MeasurementBatch
        {
            Attempts = [Ledger.With(
                [
                first with { At = Noon.AddSeconds(10) }, .. others, first,
                first with { DeviceClass = new EvidenceKey(Class + "2", "on host pair a-b").Text },
                first with { DeviceClass = new EvidenceKey("nic", "on host pair a-b").Text },
                first with { Span = BlackoutSpan.AfterQuiesce, At = Noon }, first with { Kind = BlackoutKind.Shadow, At = Noon },
                first with { Kind = BlackoutKind.Commit, SlaClass = "silver", At = Noon.AddSeconds(20) },
                ])],
        });

        Assert.Equal([first, .. others], store.ReadFirstScores(Class, BlackoutSpan.Whole, 1).Select(b => b with { Origin = null }).OrderBy(b => b.At));
        Assert.Equal([first, .. others, first with { At = Noon.AddSeconds(10) }], store.ReadFirstScores(Class, BlackoutSpan.Whole, 2).Select(b => b with { Origin = null }).OrderBy(b => b.At));

        static BlackoutSample Of(string place, int second) => new(
            new EvidenceKey(Class, place).Text, "", BlackoutKind.Rehearsal, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), Noon.AddSeconds(second));
    }

    [Fact]
    public void Evidence_about_blackouts_is_commits_of_any_class_and_rehearsals_but_never_shadows()
    {
        using var store = Place.Open();
        var commit = new BlackoutSample("nic", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), Noon);
        var rehearsal = commit with { Kind = BlackoutKind.Rehearsal, SlaClass = "", At = Noon.AddSeconds(1) };
        store.Append(new MeasurementBatch
        {
            Attempts =
            [
                Ledger.With(
                    rehearsal,
                    commit,
                    commit with { SlaClass = "silver" },
                    commit with { Kind = BlackoutKind.Shadow },
                    commit with { Span = BlackoutSpan.AfterQuiesce },
                    commit with { DeviceClass = "gpu" }),
            ],
        });

        Assert.Equal([commit, commit with { SlaClass = "silver" }, rehearsal], store.ReadScores("nic", BlackoutSpan.Whole, 10).Select(s => s with { Origin = null }));
        Assert.Equal([rehearsal], store.ReadScores("nic", BlackoutSpan.Whole, 1).Select(s => s with { Origin = null }));
    }

    [Fact]
    public void The_pauses_spent_are_those_of_the_machines_own_attempts_since_the_moment()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch
        {
            Attempts =
            [
                Ledger.Attempt("early") with { Ended = Noon.AddHours(-1) },
                Ledger.Attempt("one"),
                Ledger.Attempt("two", pausedSeconds: 0.03) with { Ended = Noon.AddHours(1), Outcome = MigrationOutcome.NeedsPerson },
                Ledger.Attempt("three", pausedSeconds: 0),
                Ledger.Attempt("other") with { Machine = "vm2" },
            ],
        });

        Assert.Equal(TimeSpan.FromMilliseconds(150), store.ReadPauseSpent("vm1", Noon));
        Assert.Equal(TimeSpan.Zero, store.ReadPauseSpent("vm3", Noon));
    }

    [Fact]
    public void An_attempt_is_written_once()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1")] });

        Assert.Throws<StoreException>(() => store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1") with { Outcome = MigrationOutcome.Recovered }] }));
        Assert.Equal(["m1 Completed"], Place.Query("select id || ' ' || outcome from attempt"));
    }

    [Fact]
    public void A_batch_is_kept_whole_or_not_at_all()
    {
        using var store = Place.Open();
        Place.RefuseRowsOf("blackout_sample");

        var blackout = new BlackoutSample("nic", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), Noon);
        Assert.Throws<StoreException>(() => store.Append(new MeasurementBatch { Arcs = [Arc(Stop, 1)], Attempts = [Ledger.With(blackout)] }));

        Assert.Empty(store.ReadArcs("sim/fast", 10));
        store.Append(new MeasurementBatch { Arcs = [Arc(Stop, 2)] });
        Assert.Equal([Arc(Stop, 2)], store.ReadArcs("sim/fast", 10));
    }

    private static ArcSample Arc(Arc arc, int second) =>
        new("nic0", "sim/fast", arc, TimeSpan.FromMilliseconds(20 + second), ArcOutcome.Completed, Noon.AddSeconds(second));
}
