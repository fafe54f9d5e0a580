using CsCheck;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Calibration;

public sealed class DriftMartingaleTests
{
    /// <summary>Of 300 series at most 30 should alarm in the mean; 60 have a probability below one in a million.</summary>
    [Fact]
    public void A_series_without_change_hardly_ever_raises_the_alarm_however_long_it_is()
    {
        var alarms = 0;
        for (var run = 0; run < 300; run++)
        {
            var martingale = new DriftMartingale(0.1);
            var draws = new SeededStream(seed: 6, cell: 0, migration: run, purpose: 0);
            for (var i = 0; i < 6000; i++)
            {
                if (martingale.Update(draws.NextNormal()))
                {
                    alarms++;
                    break;
                }
            }
        }

        Assert.InRange(alarms, 0, 59);
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(3900, 6)]
    [InlineData(9000, 6)]
    public void A_large_step_up_is_noticed_within_a_few_scores_and_traced_to_its_beginning(int calm, int atMost)
    {
        var (martingale, draws) = AfterCalm(calm);

        var scores = 1;
        while (!martingale.Update(10 + draws.NextNormal()))
        {
            scores++;
        }

        Assert.InRange(scores, 2, atMost);
        Assert.InRange(martingale.ScoresSinceChange, scores, scores + 5);
    }

    [Fact]
    public void A_mild_rise_is_noticed_too()
    {
        var (martingale, draws) = AfterCalm(2000);

        var scores = 1;
        while (!martingale.Update(1 + draws.NextNormal()))
        {
            scores++;
        }

        Assert.InRange(scores, 5, 100);
    }

    [Fact]
    public void A_fall_is_no_alarm()
    {
        var (martingale, draws) = AfterCalm(2000);
        for (var i = 0; i < 1000; i++)
        {
            Assert.False(martingale.Update(-10 + draws.NextNormal()));
        }
    }

    [Fact]
    public void Equal_scores_are_no_alarm()
    {
        var martingale = new DriftMartingale(0.01);
        for (var i = 0; i < 5000; i++)
        {
            Assert.False(martingale.Update(1));
        }
    }

    [Fact]
    public void After_a_restart_without_the_changed_scores_the_next_step_is_noticed_as_fast()
    {
        var (martingale, draws) = AfterCalm(2000);
        while (!martingale.Update(10 + draws.NextNormal()))
        {
        }

        martingale.Restart(martingale.ScoresSinceChange);

        Assert.Equal(1, martingale.Capital);
        Assert.Equal(0, martingale.ScoresSinceChange);
        var scores = 1;
        while (!martingale.Update(10 + draws.NextNormal()))
        {
            scores++;
        }

        Assert.InRange(scores, 2, 6);
    }

    [Fact]
    public void Only_the_order_of_the_scores_counts() =>
        Gen.Double[-5, 5].Array[1, 400].Sample(scores =>
        {
            var (plain, stretched) = (new DriftMartingale(0.01), new DriftMartingale(0.01));
            foreach (var score in scores)
            {
                Assert.Equal(plain.Update(score), stretched.Update(4 * score));
                Assert.Equal(plain.Capital, stretched.Capital);
            }
        });

    private static (DriftMartingale Martingale, SeededStream Draws) AfterCalm(int scores)
    {
        var martingale = new DriftMartingale(0.01);
        var draws = new SeededStream(seed: 7, cell: 0, migration: scores, purpose: 0);
        for (var i = 0; i < scores; i++)
        {
            Assert.False(martingale.Update(draws.NextNormal()));
        }

        return (martingale, draws);
    }
}
