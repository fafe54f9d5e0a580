using CsCheck;
using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>Blackouts between two hosts whose clocks differ, or are set in the middle, as the planner hears of them.</summary>
public sealed class HostClockTests
{
    private const double Second = 1000;
    private const double Hour = 3600 * Second;

    public static TheoryData<double, double, double> Clocks
    {
        get
        {
            var clocks = new TheoryData<double, double, double>();
            foreach (var apart in new[] { 0, 0.15 * Second, 0.2 * Second, 5 * Second, Hour })
            {
                foreach (var step in new[] { 0, 0.2 * Second, -0.2 * Second, 5 * Second, -Hour })
                {
                    clocks.Add(apart, 0, step);
                    clocks.Add(-apart, step, 0);
                }
            }

            return clocks;
        }
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public void A_blackout_is_within_what_is_stated_however_far_the_clocks_are_apart(double apart, double sourceStep, double destinationStep)
    {
        var told = new TwoHosts { Apart = apart, SourceStep = sourceStep, DestinationStep = destinationStep };
        var pause = told.Switchover(146);

        Assert.InRange(146, pause.AtLeast.TotalMilliseconds, pause.AtMost.TotalMilliseconds);
        Assert.InRange(pause.Length, pause.AtLeast, pause.AtMost);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 0, 15);
    }

    [Fact]
    public void On_one_machine_the_uncertainty_is_at_most_10_ms_and_the_length_is_that_of_its_clock()
    {
        var pause = new TwoHosts().Switchover(146);

        Assert.Equal(146, pause.Length.TotalMilliseconds, 0.01);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 0, 10);
    }

    [Fact]
    public void After_a_step_the_uncertainty_is_at_most_from_the_last_running_to_the_first_RESUME_heard()
    {
        // The planner last heard of the guest 90 ms before its stop, and the clock was set in between.
        var told = new TwoHosts { SourceStep = -5 * Second, RanBeforeStop = 90, StepBeforeStop = 50, Delay = 20 };
        var pause = told.Switchover(146);

        Assert.InRange(told.Truth, pause.AtLeast.TotalMilliseconds, pause.AtMost.TotalMilliseconds);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 0, 90 + told.Truth + 20);
    }

    [Fact]
    public void A_blackout_is_never_0_because_of_arithmetic()
    {
        var pause = new TwoHosts { Apart = -150, Delay = 3 }.Switchover(2);

        Assert.True(pause.Length > TimeSpan.Zero);
        Assert.True(pause.AtMost >= TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public void The_parts_of_a_switchover_are_those_of_one_clock_too()
    {
        var told = new TwoHosts { Apart = -150 };
        told.Switchover(146);
        var times = told.Told.State.Times;

        Assert.Equal(6, SwitchoverTimes.Between(times.Loaded, times.Resumed)!.Value.TotalMilliseconds, 0.01);
        Assert.InRange(SwitchoverTimes.Between(times.Sent, times.Resumed)!.Value.TotalMilliseconds, 1, 10);
    }

    [Fact]
    public void The_true_blackout_is_always_within_what_is_stated()
    {
        var apart = Gen.OneOf(Gen.Double[-5000, 5000], Gen.Double[-Hour, Hour], Gen.Double[-2, 2]);
        var step = Gen.OneOf(Gen.Const(0.0), Gen.Double[200, Hour], Gen.Double[-Hour, -200]);
        Gen.Select(
                Gen.Select(apart, step, step),
                Gen.Select(Gen.Double[0.5, 600], Gen.Double[1, 90], Gen.Double[0.1, 60], Gen.Double[5, 3000]))
            .Sample((clocks, times) =>
            {
                var told = new TwoHosts
                {
                    Apart = clocks.Item1,
                    SourceStep = clocks.Item2,
                    DestinationStep = clocks.Item3,
                    RanBeforeStop = times.Item2,
                    Delay = times.Item3,
                    StepBeforeStop = times.Item2 + times.Item4,
                    PartsPerMillion = 400,
                };
                var pause = told.Switchover(times.Item1);
                var (least, most) = (pause.AtLeast.TotalMilliseconds, pause.AtMost.TotalMilliseconds);
                return least <= told.Truth + 0.01 && told.Truth <= most + 0.01 && pause.Length > TimeSpan.Zero && pause.AtMost >= pause.Length && pause.AtLeast <= pause.Length;
            });
    }

    /// <summary>Two hosts and a migration between them, in milliseconds of the true time, which is the planner's.</summary>
    private sealed class TwoHosts
    {
        private static readonly TimeSpan Epoch = TimeSpan.FromDays(20000);
        private readonly Random _random = new(1);

        /// <summary>How far the destination's clock is ahead of the source's.</summary>
        public double Apart { get; init; }

        public double SourceStep { get; init; }

        public double DestinationStep { get; init; }

        public double StepBeforeStop { get; init; } = 4000;

        public double RanBeforeStop { get; init; } = 5;

        /// <summary>The longest that an event is under way.</summary>
        public double Delay { get; init; } = 1;

        /// <summary>How much too fast the source's clock runs, and the destination's too slow.</summary>
        public double PartsPerMillion { get; init; }

        public ToldSwitchover Told { get; } = new();

        /// <summary>How long the guest really stood.</summary>
        public double Truth { get; private set; }

        public GuestPause Switchover(double blackout)
        {
            const double stop = 20_000;
            Told.Order(MigrationSide.Destination, HypervisorOrder.Listen, 1000 - Delay);
            Event(MigrationSide.Destination, 1001, new MigrationChanged(HypervisorMigrationStatus.Setup) { ReceivedNanoseconds = 0 });
            Told.Order(MigrationSide.Source, HypervisorOrder.Start, 1100 - Delay);
            Event(MigrationSide.Source, 1101, new MigrationChanged(HypervisorMigrationStatus.Setup) { ReceivedNanoseconds = 0 });
            Event(MigrationSide.Destination, 1102, new MigrationChanged(HypervisorMigrationStatus.Active) { ReceivedNanoseconds = 0 });
            Event(MigrationSide.Source, 1103, new MigrationChanged(HypervisorMigrationStatus.Active) { ReceivedNanoseconds = 0 });
            for (var at = 1500.0; at < stop - 100; at += 100)
            {
                Told.Ran(at, at + Math.Min(Delay, 50));
            }

            Told.Ran(stop - RanBeforeStop, stop - (RanBeforeStop / 2));
            Event(MigrationSide.Source, stop, new GuestStopped { ReceivedNanoseconds = 0 });
            Event(MigrationSide.Source, stop + 0.1, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
            Event(MigrationSide.Destination, stop + blackout - Math.Min(6, blackout / 2), new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
            var heard = Event(MigrationSide.Source, stop + blackout - Math.Min(5, blackout / 3), new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });

            // The engine gives the order to run when it hears that everything was sent.
            var runs = Math.Max(stop + blackout, heard + 0.2);
            Truth = runs - stop;
            Event(MigrationSide.Destination, runs, new GuestResumed { ReceivedNanoseconds = 0 });
            return Told.State.Pause!;
        }

        private double Event(MigrationSide side, double at, HypervisorEvent what)
        {
            var isSource = side == MigrationSide.Source;
            var slewed = at * PartsPerMillion / 1e6 * (isSource ? 1 : -1);
            var stepped = at > 20_000 - StepBeforeStop ? (isSource ? SourceStep : DestinationStep) : 0;
            var stamp = Epoch + TimeSpan.FromMilliseconds(at + slewed + stepped + (isSource ? 0 : Apart) + Hour);
            var heard = at + (_random.NextDouble() * Delay);
            Told.Heard(side, stamp, heard, what);
            return heard;
        }
    }
}
