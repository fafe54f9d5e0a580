using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class StoreCopyTests : IDisposable
{
    private readonly SqlitePlace _file = new();
    private readonly PostgresPlace _database = new();

    public void Dispose()
    {
        _file.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void All_tables_of_both_engines_are_copied()
    {
        _file.Open().Dispose();
        _database.Open().Dispose();
        var tables = StoreCopy.Tables.Append("schema_version").Order(StringComparer.Ordinal);

        Assert.Equal(tables, _file.Query("select name from sqlite_master where type = 'table' and name not like 'sqlite%'").Order(StringComparer.Ordinal));
        Assert.Equal(tables, _database.Query(PostgresStatements.ReadTables).Except(["shard"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_store_goes_to_PostgreSQL_and_back_and_is_the_same()
    {
        using var third = new SqlitePlace();
        Fill(_file);
        using (var source = _file.Open())
        using (var target = _database.Open())
        {
            var copied = StoreCopy.Run(source, target, TestContext.Current.CancellationToken);
            Assert.All(copied, t => Assert.True(t.Rows > 0, t.Table));
            Assert.Equal(StoreCopy.Tables, copied.Select(t => t.Table));
        }

        using (var source = _database.Open())
        using (var target = third.Open())
        {
            StoreCopy.Run(source, target, TestContext.Current.CancellationToken);
        }

        foreach (var table in StoreCopy.Tables)
        {
            Assert.Equal(Rows(_file, table), Rows(third, table));
        }
    }

    [Fact]
    public void Numbers_go_on_behind_those_that_were_copied()
    {
        Fill(_file);
        using var source = _file.Open();
        using var target = _database.Open();
        StoreCopy.Run(source, target, TestContext.Current.CancellationToken);

        var last = new ServiceStore(source).EventNumbers().Last;
        Assert.Equal(last + 1, new ServiceStore(target).Change(change => change.Append(new StoredEvent(0, DateTimeOffset.UnixEpoch, "later", null, null, "{}"))));
    }

    [Fact]
    public async Task A_target_that_is_not_empty_is_refused_and_left_as_it_is()
    {
        Fill(_file);
        using (var target = _database.Open())
        {
            new ServiceStore(target).Change(change => change.Put(new WebhookDelivery("w", 1, 0, 0)));
        }

        var result = await PlannerHere.RunAsync("store", "copy", _file.Text, _database.Text);

        Assert.Equal((2, $"planner: The store {_database.Text} is not empty (its table delivery has rows), so nothing was copied: name a new one.\n"), (result.Status, result.Error));
        Assert.Equal(["0"], _database.Query("select count(*) from arc_sample"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_interrupted_or_fails_in_the_middle_leaves_an_empty_target(bool toFile)
    {
        Fill(_file);
        using StorePlace other = toFile ? new SqlitePlace() : new PostgresPlace();
        using var source = _file.Open();
        using var target = other.Open();
        other.RefuseRowsOf("fleet_plan_step");
        Assert.Throws<StoreException>(() => StoreCopy.Run(source, target, TestContext.Current.CancellationToken));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => StoreCopy.Run(source, target, stop.Token));

        Assert.All(StoreCopy.Tables, table => Assert.Equal("0", Assert.Single(other.Query($"select cast(count(*) as text) from {table}"))));
    }

    [Fact]
    public async Task The_command_says_what_was_copied()
    {
        Fill(_file);

        var report = Assert.Single(await PlannerHere.RunJsonAsync("store", "copy", _file.Text, _database.Text));

        Assert.Equal((_file.Text, _database.Text), (report.Text("from"), report.Text("to")));
        Assert.Contains(report.GetProperty("tables").EnumerateArray(), t => t.Text("table") == "arc_sample" && t.Number("rows") == StoreChild.ArcsPerBatch);
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_not_made()
    {
        var result = await PlannerHere.RunAsync("store", "copy", _file.Text, _database.Text);

        Assert.Equal((2, $"planner: There is no store {_file.Text}: name the file of one.\n"), (result.Status, result.Error));
        Assert.False(File.Exists(_file.Text));
    }

    // A row at least in each table.
    private static void Fill(StorePlace place)
    {
        using var store = place.Open();
        store.Append(StoreChild.Batch("w", 0) with
        {
            Transfers = [new TransferSample("a->b", TransferPhase.StopCopy, 1L << 40, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(2), DateTimeOffset.UnixEpoch)],
            StateSizes = [new StateSizeSample("sim/fast", null, 4001, DateTimeOffset.UnixEpoch)],
            LinkAges = [new LinkAgeSample("ü\t\\", -1, 10, 1)],
            Attempts =
            [
                Ledger.With(new BlackoutSample("nic", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch)) with
                {
                    Traffic = new AttemptTraffic { PreCopyBytesPerSecond = 0.1, StopBytesPerSecond = 4 },
                },
            ],
        });
        store.Save(new ModelRecord("cold-start", 0, "k", true, "Accepted.", "body\n😀 ü", DateTimeOffset.UnixEpoch));
        new ServiceStore(store).Change(change =>
        {
            change.Put("node", "h1", "{}", new Dictionary<string, string> { ["zone"] = "a" }, DateTimeOffset.UnixEpoch);
            change.Insert(new StoredOperation("o1", "vm1", true, "{}", "me", DateTimeOffset.UnixEpoch));
            change.Append(new StoredEvent(0, DateTimeOffset.UnixEpoch, "one", null, null, "{}"));
            change.Append(new StoredEvent(0, DateTimeOffset.UnixEpoch, "two", "o1", "vm1", "{}"));
            change.Put(new StoredToken("t1", "name", "read", "hash", DateTimeOffset.UnixEpoch, null, null));
            change.Audit(new AuditEntry(DateTimeOffset.UnixEpoch, "me", "GET", "/", 200, null));
            change.Put(new WebhookDelivery("w", 1, 0, 0));
            change.Insert(new StoredPlan("p1", true, 1, "{}", "{}", "me", DateTimeOffset.UnixEpoch));
            change.Put(new StoredPlanStep("p1", 0, "{}"));
        });
    }

    private static List<string> Rows(StorePlace place, string table)
    {
        using var store = place.Open();
        return store.Use(
            connection =>
            {
                using var moment = store.BeginReading(connection);
                return new StoredTable(table, connection, moment).Rows().Select(row => string.Join('|', row)).Order(StringComparer.Ordinal).ToList();
            },
            toWrite: false);
    }
}
