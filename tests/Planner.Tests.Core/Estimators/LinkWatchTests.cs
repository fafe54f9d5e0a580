using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class LinkWatchTests
{
    private const double Moment = 0.05;

    [Fact]
    public void A_single_low_rate_is_jitter_but_no_moment_to_rely_on()
    {
        var watch = new LinkWatch(Calm());
        Observe(watch, 10, 100);
        Assert.True(watch.IsCalm(Moment, 0.01));
        watch.Observe(10);
        Assert.False(watch.IsCalm(Moment, 0.01));
        watch.Observe(100);
        Assert.True(watch.IsCalm(Moment, 0.01));
    }

    [Fact]
    public void Two_low_rates_are_a_breakdown_and_are_entered_at_their_age()
    {
        var watch = new LinkWatch(Calm());
        Observe(watch, 10, 100);
        Observe(watch, 2, 10);
        Assert.False(watch.IsCalm(Moment, 0.01));

        // Of what others saw nothing is in it.
        Assert.Equal([new LinkAge(-1, 11, 1)], watch.Seen.Ages);

        // Ages are counted from the recovery on.
        Observe(watch, 6, 100);
        Observe(watch, 2, 10);
        Assert.Contains(new LinkAge(5, 1, 1), watch.Seen.Ages);
    }

    [Fact]
    public void A_link_that_begins_broken_down_is_known_as_such_when_the_better_rates_are_seen()
    {
        var watch = new LinkWatch(Calm());
        Observe(watch, 5, 10);
        Assert.True(watch.IsCalm(Moment, 0.01));
        Observe(watch, 5, 100);
        Observe(watch, 2, 10);
        Assert.False(watch.IsCalm(Moment, 0.01));
    }

    [Fact]
    public void Without_enough_observations_nothing_is_calm()
    {
        var watch = new LinkWatch([]);
        Observe(watch, 100, 100);
        Assert.True(watch.IsCalm(Moment, 0.01));
        Assert.False(watch.IsCalm(Moment, 0.001));
        Assert.False(watch.IsCalm(0.35, 0.01));
    }

    [Fact]
    public void A_calm_moment_breaks_down_no_more_often_than_stated()
    {
        const double Allowed = 0.05;
        var random = new Random(7);
        var table = new LinkLifeTable();
        var (calm, broken) = (0, 0);
        for (var migration = 0; migration < 300; migration++)
        {
            // Good for 3 s or more, then broken down for 1 s: late ages are dangerous, early ones are not.
            var watch = new LinkWatch(table.Ages);
            var (left, isGood) = (random.Next(1, 60), true);
            var pending = -1;
            for (var slot = 0; slot < 300; slot++)
            {
                if (left-- == 0)
                {
                    isGood = !isGood;
                    left = isGood ? 30 + random.Next(30) : 10;
                }

                broken += pending >= 0 && !isGood ? 1 : 0;
                watch.Observe((isGood ? 100 : 10) * (0.9 + 0.2 * random.NextDouble()));
                pending = migration >= 100 && watch.IsCalm(0, Allowed) ? slot : -1;
                calm += pending >= 0 ? 1 : 0;
            }

            foreach (var age in watch.Seen.Ages)
            {
                table.Add(age);
            }
        }

        Assert.InRange(calm, 10_000, 60_000);
        Assert.InRange((double)broken / calm, 0, Allowed);
    }

    private static LinkAge[] Calm() => [new LinkAge(-1, 4000, 0)];

    private static void Observe(LinkWatch watch, int times, double rate)
    {
        for (var i = 0; i < times; i++)
        {
            watch.Observe(rate);
        }
    }
}
