using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Simulated;

/// <summary>PRE_COPY to STOP_COPY by a deadline: two arcs of 10 ms, which the device expects to take 10 ms each.</summary>
public class DeadlineTests
{
    private const long Millisecond = 1_000_000;
    private const long Now = 5_000_000_000;

    public static TheoryData<DeadlineShape> Shapes => [DeadlineShape.A, DeadlineShape.B, DeadlineShape.C];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_deadline_that_fits_is_kept(DeadlineShape shape)
    {
        var model = InPreCopy(shape, canAbort: true);

        var plan = model.Begin(StopCopy, Now, Now + (20 * Millisecond));

        Assert.Equal((ArcOutcome.Completed, Errno.None, StopCopy), (plan.Outcome, plan.Errno, model.State));
        Assert.Equal((20 * Millisecond, Now + (20 * Millisecond)), (plan.PredictedNanoseconds, plan.EndNanoseconds));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_deadline_before_the_expected_end_is_refused_and_nothing_happens(DeadlineShape shape)
    {
        var model = InPreCopy(shape, canAbort: true);

        var plan = model.Begin(StopCopy, Now, Now + (20 * Millisecond) - 1000);

        Assert.Equal((ArcOutcome.Refused, Errno.ETIME, PreCopy), (plan.Outcome, plan.Errno, model.State));
        Assert.Empty(plan.Arcs);
        Assert.Equal((20 * Millisecond, Now), (plan.PredictedNanoseconds, plan.EndNanoseconds));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_deadline_in_the_past_is_refused(DeadlineShape shape) =>
        Assert.Equal(ArcOutcome.Refused, InPreCopy(shape, canAbort: true).Begin(StopCopy, Now, Now - 1).Outcome);

    [Theory]
    [InlineData(DeadlineShape.A)]
    [InlineData(DeadlineShape.B)]
    public void A_device_that_expected_too_little_gives_up_at_the_deadline_in_the_last_state_it_reached(DeadlineShape shape)
    {
        var model = InPreCopy(shape, canAbort: true, estimateFactor: 0.1);

        var plan = model.Begin(StopCopy, Now, Now + (15 * Millisecond));

        Assert.Equal((ArcOutcome.AbortedInFlight, Errno.ETIMEDOUT, PreCopyP2P), (plan.Outcome, plan.Errno, model.State));
        Assert.Equal(Now + (15 * Millisecond), plan.EndNanoseconds);
        Assert.Equal([ArcOutcome.Completed, ArcOutcome.AbortedInFlight], plan.Arcs.Select(a => a.Outcome));
    }

    [Theory]
    [InlineData(DeadlineShape.A)]
    [InlineData(DeadlineShape.B)]
    public void A_device_that_cannot_abort_completes_late(DeadlineShape shape)
    {
        var model = InPreCopy(shape, canAbort: false, estimateFactor: 0.1);

        var plan = model.Begin(StopCopy, Now, Now + (15 * Millisecond));

        Assert.Equal((ArcOutcome.CompletedLate, Errno.None, StopCopy), (plan.Outcome, plan.Errno, model.State));
        Assert.Equal([ArcOutcome.Completed, ArcOutcome.CompletedLate], plan.Arcs.Select(a => a.Outcome));
    }

    [Fact]
    public void Shape_C_deals_the_time_out_to_the_arcs_and_gives_up_on_the_first_that_overruns_its_part()
    {
        var model = InPreCopy(DeadlineShape.C, canAbort: true, estimateFactor: 0.1);

        // 15 ms for two arcs that are expected to be equally long: 7.5 ms each, and the first takes 10.
        var plan = model.Begin(StopCopy, Now, Now + (15 * Millisecond));

        Assert.Equal((ArcOutcome.AbortedInFlight, Errno.ETIMEDOUT, PreCopy), (plan.Outcome, plan.Errno, model.State));
        Assert.Equal(Now + (15 * Millisecond / 2), plan.EndNanoseconds);
    }

    [Fact]
    public void Limits_of_shape_C_are_set_beforehand_and_lapse_with_the_next_command()
    {
        var model = InPreCopy(DeadlineShape.C, canAbort: true);
        Assert.Equal(Errno.None, model.SetArcLimit(new Arc(PreCopyP2P, StopCopy), 9 * Millisecond));

        Assert.Equal((ArcOutcome.Refused, Errno.ETIME), Told(model.Begin(StopCopy, Now)));
        Assert.Equal(PreCopy, model.State);
        Assert.Equal((ArcOutcome.Completed, Errno.None), Told(model.Begin(StopCopy, Now)));
    }

    [Fact]
    public void A_limit_of_an_arc_that_the_command_does_not_run_does_not_matter()
    {
        var model = InPreCopy(DeadlineShape.C, canAbort: true);
        model.SetArcLimit(new Arc(Running, RunningP2P), 1);

        Assert.Equal(ArcOutcome.Completed, model.Begin(StopCopy, Now).Outcome);
    }

    [Fact]
    public void Limits_are_refused_for_other_shapes_and_for_what_is_no_arc()
    {
        var arc = new Arc(PreCopyP2P, StopCopy);

        Assert.Equal(Errno.EOPNOTSUPP, InPreCopy(DeadlineShape.A, canAbort: true).SetArcLimit(arc, Millisecond));
        Assert.Equal(Errno.EINVAL, InPreCopy(DeadlineShape.C, canAbort: true).SetArcLimit(arc, 0));
        Assert.Equal(Errno.EINVAL, InPreCopy(DeadlineShape.C, canAbort: true).SetArcLimit(new Arc(PreCopy, StopCopy), Millisecond));
    }

    [Fact]
    public void A_device_without_deadlines_answers_ENOTTY()
    {
        var model = InPreCopy(DeadlineShape.None, canAbort: false);

        Assert.Equal((ArcOutcome.Failed, Errno.ENOTTY), Told(model.Begin(StopCopy, Now, Now + (100 * Millisecond))));
        Assert.Equal(PreCopy, model.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_deadline_that_is_no_time_is_EINVAL(long deadline) =>
        Assert.Equal((ArcOutcome.Failed, Errno.EINVAL), Told(InPreCopy(DeadlineShape.A, canAbort: true).Begin(StopCopy, Now, deadline)));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_deadline_in_the_far_future_is_no_hurry(DeadlineShape shape) =>
        Assert.Equal(ArcOutcome.Completed, InPreCopy(shape, canAbort: true).Begin(StopCopy, Now, long.MaxValue).Outcome);

    [Fact]
    public void A_device_knows_its_present_load_and_refuses_what_it_would_have_kept_before()
    {
        var profile = TestProfiles.With(MigrationCapabilities.StopCopy) with
        {
            DefaultLatency = TestProfiles.Always(TimeSpan.FromMilliseconds(10)) with { Drift = new LatencyDrift(3, 1, 3, 0) },
            Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, true),
        };
        var model = new SimulatedDeviceModel(profile, new SimulatedDeviceOptions());

        Assert.Equal(ArcOutcome.Completed, model.Begin(Stop, Now, Now + (12 * Millisecond)).Outcome);
        model.Begin(Running, Now);
        Assert.Equal(ArcOutcome.Refused, model.Begin(Stop, Now, Now + (12 * Millisecond)).Outcome);
        Assert.Equal(ArcOutcome.Completed, model.Begin(Stop, Now, Now + (30 * Millisecond)).Outcome);
    }

    private static (ArcOutcome Outcome, Errno Errno) Told(TransitionPlan plan) => (plan.Outcome, plan.Errno);

    private static SimulatedDeviceModel InPreCopy(DeadlineShape shape, bool canAbort, double estimateFactor = 1)
    {
        var profile = TestProfiles.With(TestProfiles.AllFlags) with
        {
            DefaultLatency = TestProfiles.Always(TimeSpan.FromMilliseconds(10)),
            Deadline = new DeadlineProfile(shape, 0xfd01, canAbort),
        };
        var model = new SimulatedDeviceModel(profile, new SimulatedDeviceOptions { EstimateFactor = estimateFactor });
        model.Begin(PreCopy, Now - (10 * Millisecond));
        return model;
    }
}
