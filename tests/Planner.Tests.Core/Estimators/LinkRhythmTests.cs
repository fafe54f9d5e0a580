using Planner.Estimators;
using Planner.Tests.Decisions;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class LinkRhythmTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.1, 1.5)]
    [InlineData(0.25, 0.05)]
    [InlineData(0.6, 3.3)]
    public void An_alternating_link_is_foretold(double start, double usual)
    {
        var rhythm = new LinkRhythm();
        const int Observed = 100;
        for (var slot = 0; slot < Observed; slot++)
        {
            rhythm.Observe(Rate(slot));
        }

        // The truth in small steps: how long the link takes for what its mean rate would send in the usual time.
        var (seconds, left) = (0.0, usual * 800);
        while (left > 0)
        {
            left -= Rate(Observed + (int)((start + seconds) / 0.1 + 1e-9)) * 1e-5;
            seconds += 1e-5;
        }

        // The mean is that of the 100 observations, not quite of whole periods.
        Assert.Equal(seconds / usual, rhythm.Stretch(start, usual), 0.03 * seconds / usual);

        static double Rate(int slot) => slot / 3 % 2 == 0 ? 1200 : 400;
    }

    [Fact]
    public void An_alternating_link_with_jitter_is_foretold_closely()
    {
        var random = new Random(3);
        var rhythm = new LinkRhythm();
        for (var slot = 0; slot < 150; slot++)
        {
            rhythm.Observe((slot / 3 % 2 == 0 ? 1200 : 400) * (1 + 0.05 * Snapshots.Normal(random)));
        }

        // Slots 150 to 152 are good.
        Assert.Equal(800.0 / 1200, rhythm.Stretch(0, 0.3), 0.06);
    }

    [Fact]
    public void White_noise_has_hardly_ever_a_rhythm()
    {
        var random = new Random(4);
        var alarms = 0;
        for (var run = 0; run < 1000; run++)
        {
            var rhythm = new LinkRhythm();
            for (var slot = 0; slot < 160; slot++)
            {
                rhythm.Observe(1000 * (1 + 0.15 * Snapshots.Normal(random)));
            }

            alarms += rhythm.Stretch(0, 0.5) == 1 ? 0 : 1;
        }

        Assert.InRange(alarms, 0, 5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    public void A_steady_link_has_none(double jitter)
    {
        var random = new Random(5);
        var rhythm = new LinkRhythm();
        for (var slot = 0; slot < 400; slot++)
        {
            rhythm.Observe(128e6 * (1 + jitter * Snapshots.Normal(random)));
            Assert.Equal(1, rhythm.Stretch(0.03, 0.2));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(130)]
    public void One_breakdown_is_no_rhythm(int at)
    {
        var random = new Random(6);
        var rhythm = new LinkRhythm();
        for (var slot = 0; slot < 160; slot++)
        {
            rhythm.Observe((slot >= at && slot < at + 20 ? 80 : 800) * (1 + 0.1 * Snapshots.Normal(random)));
            Assert.Equal(1, rhythm.Stretch(0, 0.3));
        }
    }

    [Fact]
    public void A_drift_is_no_rhythm()
    {
        var rhythm = new LinkRhythm();
        for (var slot = 0; slot < 160; slot++)
        {
            rhythm.Observe(1000 - 5 * slot);
            Assert.Equal(1, rhythm.Stretch(0, 0.3));
        }
    }

    [Fact]
    public void Few_observations_and_empty_transfers_have_none()
    {
        var rhythm = new LinkRhythm();
        Assert.Equal(1, rhythm.Stretch(0, 0.3));
        for (var slot = 0; slot < 60; slot++)
        {
            rhythm.Observe(slot % 2 == 0 ? 900 : 100);
        }

        Assert.Equal(1, rhythm.Stretch(0, 0));
        Assert.NotEqual(1, rhythm.Stretch(0, 0.05));
    }

    [Fact]
    public void A_rhythm_that_ends_is_forgotten()
    {
        var rhythm = new LinkRhythm();
        for (var slot = 0; slot < 100; slot++)
        {
            rhythm.Observe(slot / 3 % 2 == 0 ? 1200 : 400);
        }

        Assert.NotEqual(1, rhythm.Stretch(0, 0.1));
        for (var slot = 0; slot < 200; slot++)
        {
            rhythm.Observe(800);
        }

        Assert.Equal(1, rhythm.Stretch(0, 0.1));
    }
}
