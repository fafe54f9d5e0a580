using Planner.Documents;
using Planner.Measurements;
using Planner.Storage;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class SqliteMeasurementStoreTests : MeasurementStoreTests
{
    private readonly SqlitePlace _place;

    public SqliteMeasurementStoreTests()
        : base(new SqlitePlace()) => _place = (SqlitePlace)Place;

    [Fact]
    public void Pauses_of_a_store_of_the_fifth_schema_keep_their_parts_and_what_they_may_have_been()
    {
        StoredStores.Make(Place.Text, schema: 3);
        foreach (var step in new[] { "004-links", "005-pauses" })
        {
            _place.Query(File.ReadAllText(Path.Combine(Repository.Root, "telemetry", "Planner.Storage", "Sqlite", "Schema", $"{step}.sql")));
        }

        _place.Query("insert into schema_version (version) values (4), (5)");
        _place.Query("""
            insert into migration (id, machine, source, destination, sla_class, outcome, limit_ticks, blackout_ticks, started_ticks, ended_ticks, reason,
                                   paused_most_ticks, vain_quiesce_ticks, failed_commit_ticks)
            select 'parts', 'vm9', source, destination, sla_class, 'Completed', limit_ticks, 1000, started_ticks, ended_ticks, reason, 1500, 200, 300 from migration limit 1
            """);
        using var store = Place.Open();

        var attempt = Assert.Single(store.ReadAttempts(new AttemptFilter("vm9", null, 10)));
        Assert.Equal(
            (200L, 300L, 500L, 1000L, 1500L),
            (attempt.Pauses.VainQuiesces!.Length.Ticks, attempt.Pauses.FailedCommits!.Length.Ticks, attempt.Pauses.Blackout!.Length.Ticks, attempt.Pauses.Length.Ticks, attempt.Pauses.AtMost.Ticks));
        Assert.Null(attempt.Kind);
        Assert.Equal(TimeSpan.FromTicks(1500), store.ReadPauseSpent("vm9", DateTimeOffset.MinValue));
    }

    [Fact]
    public void A_store_that_the_build_before_wrote_is_read_and_written_as_its_own()
    {
        StoredStores.Make(Place.Text, schema: 3);
        const string Class = "sim/fast-nic/1.0";
        using (var store = Place.Open())
        {
            Assert.Equal(20, store.ReadArcs(Class, 10).Count);
            Assert.Equal(new ArcSample("device0", Class, new Arc(DeviceState.Running, DeviceState.PreCopy), TimeSpan.FromTicks(770_370), ArcOutcome.Completed, new DateTimeOffset(639_315_712_962_882_075, default)), store.ReadArcs(Class, 10)[0]);
            Assert.Equal([69_304_739, 21_095_107, 69_304_739], store.ReadTransfers($"{Class}->{Class}", TransferPhase.StopCopy, 10).Select(t => t.Bytes));
            Assert.Equal([67_108_864, 16_941_056, 67_108_864], store.ReadStateSizes(Class, 10).Select(s => s.ExpectedBytes));
            Assert.Equal([BlackoutKind.Rehearsal, BlackoutKind.Commit], store.ReadScores(Class, BlackoutSpan.Whole, 10).Select(b => b.Kind));
            Assert.Equal(TimeSpan.FromTicks(4_004_427), store.ReadPauseSpent("vm1", DateTimeOffset.MinValue));
            Assert.Equal("cold-start v1", store.ReadLatestAccepted("cold-start")!.Title);
            store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1")] });
        }

        var snapshot = _place.Query("select d.snapshot from attempt a join attempt_decision d on d.attempt = a.id where a.machine = 'vm1' and a.sla_class = 'bronze'").Single();
        Assert.Equal(snapshot, DecisionJson.WriteSnapshot(DecisionJson.ReadSnapshot(snapshot, "s")));
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9"], _place.Query("select cast(version as text) from schema_version order by 1"));
        Assert.Equal(["Direct", "Independent"], _place.Query("select method from attempt_decision where method is not null order by 1"));
    }

    [Fact]
    public void A_store_of_before_learns_where_its_machines_are_and_can_go()
    {
        using (Place.Open())
        {
        }

        _place.Query("drop table fleet_plan");
        _place.Query("drop table fleet_plan_step");
        _place.Query("delete from schema_version where version = 9");
        _place.Query("""
            insert into resource (kind, name, body, version, changed_ticks) values
                ('machine', 'vm1', '{"node":"h1","startDestination":{"readyAt":{"h2":"x","h3":"y"}}}', 1, 0), ('machine', 'vm2', '{"node":null}', 1, 0), ('node', 'h1', '{"node":"x"}', 1, 0)
            """);
        using var store = Place.Open();

        Assert.Equal(["vm1 =node h1", "vm1 =ready@h2 ", "vm1 =ready@h3 "], _place.Query("select name || ' ' || label || ' ' || value from resource_label order by 1"));
        Assert.Equal("vm1", Assert.Single(new ServiceStore(store).List("machine", "", 10, "=node", "h1")).Name);
    }

    [Fact]
    public void The_file_is_for_its_owner_only()
    {
        using var store = Place.Open();
        store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("m1")] });

        foreach (var file in Directory.GetFiles(_place.Directory.Path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Commits_go_to_a_log_beside_the_file()
    {
        using var store = Place.Open();

        Assert.Equal(["wal"], _place.Query("pragma journal_mode"));
        Assert.True(File.Exists(Place.Text + "-wal"));
    }

    [Fact]
    public void The_latest_samples_are_found_through_indexes()
    {
        using var store = Place.Open();

        foreach (var (sql, table) in new[] { (Statements.ReadArcs, "arc_sample"), (Statements.ReadTransfers, "transfer_sample"), (Statements.ReadStateSizes, "state_size_sample"), (Statements.ReadFirstScores, "blackout_sample"), (Statements.ReadScores, "blackout_sample"), (Statements.ReadScoresOfAttempt, "blackout_sample"), (Statements.ReadPauseSpent, "attempt") })
        {
            var plan = _place.Query("explain query plan " + sql, 3);
            Assert.DoesNotContain(plan, step => step.StartsWith($"SCAN {table}", StringComparison.Ordinal) || step.StartsWith("SCAN s", StringComparison.Ordinal));
            Assert.Contains(plan, step => step.Contains($"INDEX {table}_", StringComparison.Ordinal));
        }
    }
}
