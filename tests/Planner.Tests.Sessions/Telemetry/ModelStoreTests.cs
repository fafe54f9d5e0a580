using System.Text.RegularExpressions;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>What a store does with learned models, whatever its engine.</summary>
public abstract class ModelStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private protected ModelStoreTests(StorePlace place) => Place = place;

    private protected StorePlace Place { get; }

    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void The_latest_accepted_model_is_read_and_refused_ones_are_kept_beside_it()
    {
        using (var store = Place.Open())
        {
            Assert.Null(store.ReadLatestAccepted("cold-start"));
            Assert.Equal([1L, 2, 3, 4], new[] { true, true, false, false }.Select(accepted => store.Save(Model(accepted))));
            Assert.Equal(1, store.Save(Model(true) with { Name = "other" }));
        }

        using var again = Place.Open();
        Assert.Equal(Model(true) with { Version = 2 }, again.ReadLatestAccepted("cold-start"));
        Assert.Equal("cold-start v2", again.ReadLatestAccepted("cold-start")!.Title);
        Assert.Equal([4L, 3, 2, 1], again.ReadModels("cold-start").Select(m => m.Version));
        Assert.Null(again.ReadLatestAccepted("nothing"));
    }

    [Fact]
    public void Old_versions_go_but_never_the_one_in_use()
    {
        using var store = Place.Open();
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
    public void A_damaged_model_is_refused_with_a_sentence(string damage)
    {
        using var store = Place.Open();
        store.Save(Model(true));
        Place.Query(damage);

        var e = Assert.Throws<StoreException>(() => store.ReadLatestAccepted("cold-start"));
        Assert.Matches($"^The model cold-start v[12] in the store {Regex.Escape(Place.Text)} is damaged \\(its checksum does not match\\), and it is not used: train a new one\\.$", e.Message);
    }

    [Fact]
    public void A_refused_model_does_not_become_an_accepted_one_by_a_flipped_bit()
    {
        using var store = Place.Open();
        store.Save(Model(false));
        Place.Query("update model set accepted = 1");

        Assert.Throws<StoreException>(() => store.ReadLatestAccepted("cold-start"));
    }

    [Fact]
    public void A_model_that_is_too_long_is_not_kept()
    {
        using var store = Place.Open();

        Assert.Throws<ArgumentException>(() => store.Save(Model(true) with { Body = new string('x', ModelRecord.MaximumBodyLength + 1) }));
        Assert.Empty(store.ReadModels("cold-start"));
    }

    private protected static ModelRecord Model(bool isAccepted) => new("cold-start", 0, "planner-cold-start/1", isAccepted, isAccepted ? "Accepted." : "Refused.", "body\n😀 ü", Noon);
}
