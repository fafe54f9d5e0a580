using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Sla.Summaries;

namespace Planner.Tests.Sla;

/// <summary>Whether a class uses its misses up too fast, and what a small sample may say about it: nothing.</summary>
public sealed class BurnRateTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 20)]
    [InlineData(1, 5)]
    [InlineData(1, 100)]
    public void One_miss_pages_nobody_whatever_it_is_a_share_of(int misses, int attempts) =>
        Assert.All(BurnRate.Of(Gold, Spread(attempts, misses, 4), Now), rate => Assert.NotEqual(BurnVerdict.Burns, rate.Verdict));

    [Fact]
    public void A_miss_in_twenty_is_said_to_be_too_few_rather_than_nothing() =>
        Assert.Contains(BurnRate.Of(Gold, Spread(20, 1, 4), Now), rate => rate.Verdict == BurnVerdict.TooFew);

    [Fact]
    public void Half_of_an_hour_missed_pages()
    {
        var rates = BurnRate.Of(Gold, Spread(20, 10, 4), Now);

        Assert.All(rates, rate => Assert.Equal(BurnVerdict.Burns, rate.Verdict));
        Assert.Equal(50, rates[0].Rate!.Value, 9);
    }

    [Fact]
    public void A_burn_that_is_over_is_quiet_though_the_long_window_still_holds_it()
    {
        List<AttemptSummary> attempts = [.. Spread(40, 40, 30).Select(a => a with { Ended = a.Ended.AddMinutes(-20) }), .. Spread(40, 0, 4)];

        Assert.Equal(BurnVerdict.Quiet, BurnRate.Of(Gold, attempts, Now)[0].Verdict);
    }

    [Fact]
    public void A_promise_kept_exactly_never_burns_however_many_attempts_there_are() =>
        Assert.All(BurnRate.Of(Gold, Spread(10_000, 100, 4), Now), rate => Assert.NotEqual(BurnVerdict.Burns, rate.Verdict));

    [Fact]
    public void A_class_that_allows_many_misses_can_burn_too()
    {
        var bronze = Gold with { Confidence = 0.9 };

        Assert.Equal(0.55, BurnWindow.All[0].Threshold(0.1), 12);
        Assert.Equal(0.144, BurnWindow.All[0].Threshold(0.01), 12);
        Assert.Equal(BurnVerdict.Burns, BurnRate.Of(bronze, Spread(60, 60, 4), Now)[0].Verdict);
    }

    [Fact]
    public void Nothing_happened_is_quiet_and_no_good_sign_either()
    {
        var rate = BurnRate.Of(Gold, [], Now)[0];

        Assert.Equal((BurnVerdict.Quiet, null), (rate.Verdict, rate.Rate));
    }

    [Fact]
    public void Rehearsals_shadow_runs_other_classes_and_attempts_without_a_pause_do_not_count()
    {
        List<AttemptSummary> attempts =
        [
            .. Spread(30, 30, 4).Select(a => a with { Kind = AttemptKind.Rehearsal }),
            .. Spread(30, 30, 4).Select(a => a with { Kind = AttemptKind.Shadow }),
            .. Spread(30, 30, 4).Select(a => a with { SlaClass = "silver" }),
            .. Enumerable.Range(0, 30).Select(i => Stayed(i / 10.0)),
        ];

        Assert.Equal(0, BurnRate.Of(Gold, attempts, Now)[0].InLong.Paused);
    }
}
