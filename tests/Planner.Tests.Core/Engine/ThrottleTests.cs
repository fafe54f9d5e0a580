using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>How much a guest is slowed down that writes more than the link carries: 80 MiB/s on 50.</summary>
public sealed class ThrottleTests
{
    private const double MiB = 1 << 20;
    private const double LinkRate = 50 * MiB;
    private const double WorkingSetBytes = 128 * MiB;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_guest_that_slows_down_with_its_processor_gets_as_much_of_it_as_the_limit_allows()
    {
        var run = new Run(limitSeconds: 0.1, floor: 5 * MiB, percent => 80 * MiB * (100 - percent) / 100);

        Assert.Equal(SwitchoverAction.Commit, run.UntilEnd());
        Assert.InRange(run.Percent, 30, 90);
    }

    [Fact]
    public void A_guest_that_makes_up_for_its_pauses_is_slowed_down_step_by_step_until_it_writes_less()
    {
        var run = new Run(limitSeconds: 1, floor: 5 * MiB, percent => percent < 97 ? 80 * MiB : 20 * MiB);

        Assert.Equal(SwitchoverAction.Commit, run.UntilEnd());
        Assert.InRange(run.Percent, 97, 98);
    }

    [Theory]
    [InlineData(0.05, 83)]
    [InlineData(0.1, 90)]
    [InlineData(0.3, 96)]
    [InlineData(2, 99)]
    public void No_pause_of_the_slowing_is_longer_than_the_blackout_limit(double limitSeconds, int most)
    {
        // Nothing helps against it.
        var run = new Run(limitSeconds, floor: MiB, _ => 800 * MiB);
        run.UntilEnd();

        Assert.Equal(most, run.Percent);
        Assert.True(Slice.TotalSeconds * run.Percent / (100 - run.Percent) <= limitSeconds);
    }

    [Fact]
    public void A_guest_is_not_slowed_down_below_the_floor_of_the_policy()
    {
        // Only at 30 MiB/s its rounds would come to rest.
        var run = new Run(limitSeconds: 0.05, floor: 45 * MiB, percent => 80 * MiB * (100 - percent) / 100);
        run.UntilEnd();

        Assert.InRange(80 * (100 - run.Percent) / 100.0, 43, 80);
    }

    private sealed class Run(double limitSeconds, double floor, Func<int, double> rateAt)
    {
        private readonly SwitchoverJudge _judge = new(
            new KnownMachine().Snapshots(),
            new SlaTerms
            {
                BlackoutLimitSeconds = limitSeconds,
                Confidence = 0.9,
                CompleteWithinSeconds = 300,
                WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
                DirtyRateFloorBytesPerSecond = floor,
            },
            "earliest",
            0,
            Slice);

        public int Percent { get; private set; }

        /// <summary>Passes, each as long as sending what the one before left, until something is decided.</summary>
        public SwitchoverAction UntilEnd()
        {
            var (seconds, remaining) = (0.0, 512 * MiB);
            for (var pass = 1; ; pass++)
            {
                if (Consider(seconds, pass, remaining, isPass: true) is var judgement && judgement.Action != SwitchoverAction.Wait)
                {
                    return judgement.Action;
                }

                if (judgement.ThrottlePercent is { } percent)
                {
                    Percent = percent;
                }

                var length = Math.Max(0.01, remaining / LinkRate);
                Consider(seconds + (length / 2), pass, remaining - (LinkRate * length / 2), isPass: false);
                seconds += length;
                remaining = Math.Min(WorkingSetBytes, rateAt(Percent) * length);
            }
        }

        private PassJudgement Consider(double seconds, int pass, double remaining, bool isPass) => _judge.Consider(new PreCopyProgressed
        {
            ReceivedNanoseconds = (long)(seconds * 1e9),
            IsPass = isPass,
            Pass = pass,
            RemainingBytes = (long)Math.Max(0, remaining),
            TotalBytes = (long)(512 * MiB),
            BytesPerSecond = LinkRate,
            ThrottlePercent = Percent,
        });
    }
}
