using Microsoft.Data.Sqlite;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class ModelStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string StorePath => _directory.File("planner.db");

    private StoreAddress Address => StoreAddress.Parse(StorePath);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_latest_accepted_model_is_read_and_refused_ones_are_kept_beside_it()
    {
        using (var store = SqliteMeasurementStore.Open(Address))
        {
            Assert.Null(store.ReadLatestAccepted("cold-start"));
            Assert.Equal([1L, 2, 3, 4], new[] { true, true, false, false }.Select(accepted => store.Save(Model(accepted))));
            Assert.Equal(1, store.Save(Model(true) with { Name = "other" }));
        }

        using var again = SqliteMeasurementStore.Open(Address);
        Assert.Equal(Model(true) with { Version = 2 }, again.ReadLatestAccepted("cold-start"));
        Assert.Equal("cold-start v2", again.ReadLatestAccepted("cold-start")!.Title);
        Assert.Equal([4L, 3, 2, 1], again.ReadModels("cold-start").Select(m => m.Version));
        Assert.Null(again.ReadLatestAccepted("nothing"));
    }

    [Fact]
    public void Old_versions_go_but_never_the_one_in_use()
    {
        using var store = SqliteMeasurementStore.Open(Address);
        store.Save(Model(true));
        store.Save(Model(true));
        for (var i = 0; i < 25; i++)
        {
            store.Save(Model(false));
        }

        Assert.Equal([.. Enumerable.Range(8, 20).Reverse().Select(v => (long)v), 2L], store.ReadModels("cold-start").Select(m => m.Version));
        Assert.Equal(2, store.ReadLatestAccepted("cold-start")!.Version);
    }

    [Theory]
    [InlineData("update model set body = 'bod'")]
    [InlineData("update model set body = body || 'y'")]
    [InlineData("update model set version = 2")]
    [InlineData("update model set judgement = 'Accepted: it is beautiful.'")]
    [InlineData("update model set checksum = ''")]
    [InlineData("update model set body = cast(x'ff00' as text)")]
    public void A_damaged_model_is_refused_with_a_sentence(string damage)
    {
        using var store = SqliteMeasurementStore.Open(Address);
        store.Save(Model(true));
        Execute(damage);

        var e = Assert.Throws<StoreException>(() => store.ReadLatestAccepted("cold-start"));
        Assert.Matches($"^The model cold-start v[12] in the store {StorePath} is damaged \\(its checksum does not match\\), and it is not used: train a new one\\.$", e.Message);
    }

    [Fact]
    public void A_refused_model_does_not_become_an_accepted_one_by_a_flipped_bit()
    {
        using var store = SqliteMeasurementStore.Open(Address);
        store.Save(Model(false));
        Execute("update model set accepted = 1");

        Assert.Throws<StoreException>(() => store.ReadLatestAccepted("cold-start"));
    }

    [Fact]
    public void A_model_that_is_too_long_is_not_kept()
    {
        using var store = SqliteMeasurementStore.Open(Address);

        Assert.Throws<ArgumentException>(() => store.Save(Model(true) with { Body = new string('x', ModelRecord.MaximumBodyLength + 1) }));
        Assert.Empty(store.ReadModels("cold-start"));
    }

    [Fact]
    public void A_store_of_the_first_schema_is_upgraded_and_loses_nothing()
    {
        StoredStores.Make(StorePath, schema: 1);
        using (var store = SqliteMeasurementStore.Open(Address))
        {
            var arc = Assert.Single(store.ReadArcs("sim/fast", 10));
            Assert.Equal(("nic0", TimeSpan.FromTicks(1_234_567)), (arc.Device, arc.Duration));
            Assert.Equal(1L << 40, Assert.Single(store.ReadTransfers("a->b", TransferPhase.StopCopy, 10)).Bytes);
            Assert.Equal(4000, Assert.Single(store.ReadStateSizes("sim/fast", 10)).ActualBytes);
            Assert.Equal(TimeSpan.FromTicks(1_010_000), Assert.Single(store.ReadScores("sim/fast", BlackoutSpan.Whole, 10)).Actual);
            Assert.Equal(TimeSpan.FromTicks(1_200_000), store.ReadPauseSpent("vm1", DateTimeOffset.MinValue));
            Assert.Equal(1, store.Save(Model(true)));
        }

        using var again = SqliteMeasurementStore.Open(Address);
        Assert.Equal(Model(true) with { Version = 1 }, again.ReadLatestAccepted("cold-start"));
        Assert.Single(again.ReadArcs("sim/fast", 10));
    }

    [Fact]
    public void A_store_of_the_second_schema_is_upgraded_and_its_model_is_still_used()
    {
        using (var store = SqliteMeasurementStore.Open(Address))
        {
            store.Save(Model(true));
        }

        var model = Address.Path + ".model";
        File.Move(Address.Path, model);
        StoredStores.Make(StorePath, schema: 1);
        Execute(File.ReadAllText(Path.Combine(Repository.Root, "telemetry", "Planner.Storage", "Sqlite", "Schema", "002-models.sql")));
        Execute($"attach '{model}' as kept; insert into model select * from kept.model; insert into schema_version (version) values (2)");

        using var again = SqliteMeasurementStore.Open(Address);
        Assert.Equal(Model(true) with { Version = 1 }, again.ReadLatestAccepted("cold-start"));
        Assert.Equal(2, again.Save(Model(false)));
        Assert.Equal([2L, 1], again.ReadModels("cold-start").Select(m => m.Version));
    }

    private static ModelRecord Model(bool isAccepted) => new("cold-start", 0, "planner-cold-start/1", isAccepted, isAccepted ? "Accepted." : "Refused.", "body\n😀 ü", Noon);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
