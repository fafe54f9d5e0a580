using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class SqliteModelStoreTests() : ModelStoreTests(new SqlitePlace())
{
    [Fact]
    public void A_model_that_is_no_text_is_refused()
    {
        using var store = Place.Open();
        store.Save(Model(true));
        Place.Query("update model set body = cast(x'ff00' as text)");

        Assert.Throws<StoreException>(() => store.ReadLatestAccepted("cold-start"));
    }

    [Fact]
    public void A_store_of_the_first_schema_is_upgraded_and_loses_nothing()
    {
        StoredStores.Make(Place.Text, schema: 1);
        using (var store = Place.Open())
        {
            var arc = Assert.Single(store.ReadArcs("sim/fast", 10));
            Assert.Equal(("nic0", TimeSpan.FromTicks(1_234_567)), (arc.Device, arc.Duration));
            Assert.Equal(1L << 40, Assert.Single(store.ReadTransfers("a->b", TransferPhase.StopCopy, 10)).Bytes);
            Assert.Equal(4000, Assert.Single(store.ReadStateSizes("sim/fast", 10)).ActualBytes);
            Assert.Equal(TimeSpan.FromTicks(1_010_000), Assert.Single(store.ReadScores("sim/fast", BlackoutSpan.Whole, 10)).Actual);
            Assert.Equal(TimeSpan.FromTicks(1_200_000), store.ReadPauseSpent("vm1", DateTimeOffset.MinValue));
            Assert.Equal(1, store.Save(Model(true)));
        }

        using var again = Place.Open();
        Assert.Equal(Model(true) with { Version = 1 }, again.ReadLatestAccepted("cold-start"));
        Assert.Single(again.ReadArcs("sim/fast", 10));
    }

    [Fact]
    public void A_store_of_the_second_schema_is_upgraded_and_its_model_is_still_used()
    {
        using (var store = Place.Open())
        {
            store.Save(Model(true));
        }

        var model = Place.Text + ".model";
        File.Move(Place.Text, model);
        StoredStores.Make(Place.Text, schema: 1);
        Place.Query(File.ReadAllText(Path.Combine(Repository.Root, "telemetry", "Planner.Storage", "Sqlite", "Schema", "002-models.sql")));
        Place.Query($"attach '{model}' as kept; insert into model select * from kept.model; insert into schema_version (version) values (2)");

        using var again = Place.Open();
        Assert.Equal(Model(true) with { Version = 1 }, again.ReadLatestAccepted("cold-start"));
        Assert.Equal(2, again.Save(Model(false)));
        Assert.Equal([2L, 1], again.ReadModels("cold-start").Select(m => m.Version));
    }
}
