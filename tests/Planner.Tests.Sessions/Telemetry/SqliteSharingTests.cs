using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class SqliteSharingTests() : StoreSharingTests(new SqlitePlace())
{
    [Fact]
    public void Whoever_opens_an_old_store_first_brings_it_up_to_date_and_the_others_use_it()
    {
        for (var round = 0; round < 5; round++)
        {
            using var place = Place.Another();
            StoredStores.Make(place.Text, schema: 1);
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                using var store = place.Open();
                store.Append(StoreChild.Batch("t", i));
            });

            using var all = place.Open();
            Assert.Equal(1 + 8 * StoreChild.ArcsPerBatch, all.ReadArcs("sim/fast", int.MaxValue).Count);
        }
    }
}
