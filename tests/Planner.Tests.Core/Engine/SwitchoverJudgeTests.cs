using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

public sealed class SwitchoverJudgeTests
{
    private const long MiB = 1 << 20;
    private const double Rate = 50 * MiB;

    [Fact]
    public void The_bulk_is_waited_for_and_the_first_pass_that_fits_commits()
    {
        var run = new Run(limitSeconds: 0.1);

        Assert.Equal(SwitchoverAction.Wait, run.Pass(512 * MiB, 0).Action);
        Assert.Equal(SwitchoverAction.Wait, run.Pass(40 * MiB, 3).Action);
        var judgement = run.Pass(1 * MiB, 1);

        Assert.Equal(SwitchoverAction.Commit, judgement.Action);
        Assert.InRange(judgement.AllowBytes, MiB / 4 - 1024, 5 * MiB);
    }

    [Fact]
    public void No_more_may_be_left_than_fits_the_limit()
    {
        var run = new Run(limitSeconds: 0.1);
        run.Pass(512 * MiB, 0);
        var judgement = run.Pass(4 * MiB, 1);

        Assert.Equal(SwitchoverAction.Commit, judgement.Action);
        Assert.True(judgement.AllowBytes <= 0.1 * Rate, $"{judgement.AllowBytes}");
    }

    [Fact]
    public void Between_passes_nothing_is_decided()
    {
        var run = new Run(limitSeconds: 0.1);
        run.Pass(512 * MiB, 0);

        Assert.Equal(SwitchoverAction.Wait, run.Poll(0).Action);
    }

    [Fact]
    public void When_the_time_is_up_it_is_given_up_even_in_the_middle_of_a_pass()
    {
        var run = new Run(limitSeconds: 0.1, within: 10);
        run.Pass(512 * MiB, 0);
        run.Wait(11);
        var judgement = run.Poll(200 * MiB);

        Assert.Equal(SwitchoverAction.Abort, judgement.Action);
        Assert.Contains("10", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_that_is_too_fast_is_slowed_down_if_the_policy_allows_it()
    {
        var run = new Run(limitSeconds: 0.1, floor: 5 * MiB);
        run.Pass(512 * MiB, 0);
        run.Pass(120 * MiB, 10.5);
        int? percent = null;
        for (var i = 0; i < 20; i++)
        {
            percent ??= run.Pass(120 * MiB, 2.4).ThrottlePercent;
        }

        Assert.InRange(percent ?? 0, 10, 95);
    }

    [Fact]
    public void A_writer_that_may_not_be_slowed_down_is_left_alone()
    {
        var run = new Run(limitSeconds: 0.1);
        run.Pass(512 * MiB, 0);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(run.Pass(120 * MiB, 2.4).ThrottlePercent);
        }
    }

    private sealed class Run(double limitSeconds, double? within = null, double? floor = null)
    {
        private readonly SwitchoverJudge _judge = new(
            new KnownMachine().Snapshots(),
            new SlaTerms
            {
                BlackoutLimitSeconds = limitSeconds,
                Confidence = 0.9,
                CompleteWithinSeconds = within,
                WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
                DirtyRateFloorBytesPerSecond = floor,
            },
            "earliest",
            0);

        private double _seconds;
        private int _pass;
        private long _left;

        public PassJudgement Pass(long remaining, double after)
        {
            for (var end = _seconds + after; _seconds + 0.1 < end;)
            {
                Wait(0.1);
                _left = Math.Max(0, _left - (long)(0.1 * Rate));
                Poll(_left);
            }

            Wait(0.01);
            _pass++;
            _left = remaining;
            return Look(remaining, isPass: true);
        }

        public PassJudgement Poll(long remaining) => Look(remaining, isPass: false);

        public void Wait(double seconds) => _seconds += seconds;

        private PassJudgement Look(long remaining, bool isPass) => _judge.Consider(new PreCopyProgressed
        {
            ReceivedNanoseconds = (long)(_seconds * 1e9),
            IsPass = isPass,
            Pass = _pass,
            RemainingBytes = remaining,
            BytesPerSecond = Rate,
            SentBytes = (long)(Rate * _seconds),
            TotalBytes = 512 * MiB,
        });
    }
}
