using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>The second gate, its way back, and deadlines.</summary>
public sealed class GateTests
{
    private static bool IsQuiesce(EngineCommand command) => command is RunArc { Side: MigrationSide.Source, Arc.To: DeviceState.PreCopyP2P or DeviceState.RunningP2P, Arc.From: DeviceState.PreCopy or DeviceState.Running };

    [Theory]
    [InlineData(Plans.WithP2P, "S RUNNING_P2P->RUNNING")]
    [InlineData(Plans.All, "S PRE_COPY_P2P->PRE_COPY")]
    public void When_quiescing_ate_the_time_the_machine_goes_back(MigrationCapabilities capabilities, string wayBack)
    {
        var world = Plans.World(Plans.Plan(capabilities));
        world.Seconds = command => IsQuiesce(command) ? 0.27 : 0.001;
        world.Start().Run();

        // What is left of 0.3 s is less than the rest needs, and the pause counts from then on: no second try can fit.
        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Contains(wayBack, world.Arcs(0));
        Assert.Equal(1, world.State.QuiesceTries);
        Assert.Equal(0.272, world.State.PastBlackoutNanoseconds / 1e9, 0.0011);
        Assert.True(world.State.FirstGate!.Moment.PausedSeconds > 0.27);
    }

    [Fact]
    public void A_pause_that_was_taken_back_may_be_followed_by_a_commit_if_less_is_left_to_carry()
    {
        var plan = Plans.Plan(Plans.All);
        var world = Plans.World(plan);
        world.Snapshot = state => Plans.Evidence(plan, state, state.QuiesceTries == 0 ? 0.055 : 0.005);
        world.Seconds = command => IsQuiesce(command) && world.State.QuiesceTries == 1 ? 0.1 : 0.001;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Equal(2, world.State.QuiesceTries);
        Assert.Contains("S PRE_COPY_P2P->PRE_COPY", world.Arcs(0));
        Assert.Equal(0.1 + 0.001 + 0.006, world.State.PastBlackoutNanoseconds / 1e9, 0.001);
    }

    [Fact]
    public void Tries_are_capped()
    {
        var plan = Plans.Plan(Plans.All) with { QuiesceTries = 2 };
        var world = Plans.World(plan);
        world.Snapshot = state => Plans.Evidence(plan, state, state.QuiesceTries == 0 ? 0.055 : 0.03);
        world.Seconds = command => IsQuiesce(command) ? 0.1 : 0.001;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(2, world.State.QuiesceTries);
    }

    [Fact]
    public void The_deadline_is_what_is_left_less_the_bound_of_the_rest()
    {
        var plan = Plans.Plan(Plans.WithP2P).TakesDeadline(0);
        var world = Plans.World(plan).Start().Run();

        var sent = Assert.Single(world.Log.OfType<RunArc>(), c => c.DeadlineNanoseconds is not null);
        Assert.Equal(new Arc(DeviceState.RunningP2P, DeviceState.StopCopy), sent.Arc);
        var gate = world.State.SecondGate!;
        var rest = gate.Evaluator.BoundAfterCommitArcsSeconds(gate.Moment);
        Assert.True(rest > 0.03, $"{rest} s");
        var left = 0.3 - gate.Moment.PausedSeconds - rest;
        Assert.Equal(gate.AtNanoseconds + (long)(left * 1e9), sent.DeadlineNanoseconds!.Value, 10.0);
        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
    }

    [Fact]
    public void The_deadline_keeps_time_for_a_way_back_that_is_longer_than_the_rest()
    {
        var plan = Plans.Plan(Plans.WithP2P).TakesDeadline(0);
        var world = Plans.World(plan);
        world.Snapshot = state =>
        {
            var evidence = Plans.Evidence(plan, state);
            var device = evidence.Devices[0];
            return evidence with
            {
                Devices =
                [
                    device with { Arcs = [.. device.Arcs.Select(a => a is { From: "STOP", To: "RUNNING_P2P" } ? a with { Seconds = [0.2] } : a)] },
                ],
            };
        };
        world.Start().Run();

        var sent = Assert.Single(world.Log.OfType<RunArc>(), c => c.DeadlineNanoseconds is not null);
        var gate = world.State.SecondGate!;
        var left = 0.3 - gate.Moment.PausedSeconds - (0.2 + Plans.ArcSeconds);
        Assert.Equal(gate.AtNanoseconds + (long)(left * 1e9), sent.DeadlineNanoseconds!.Value, 10.0);
    }

    [Fact]
    public void A_rehearsal_gives_no_deadline()
    {
        var world = Plans.World(Plans.Plan(Plans.All).TakesDeadline(0) with { Mode = MigrationMode.Rehearsal }).Start().Run();

        Assert.DoesNotContain(world.Log.OfType<RunArc>(), c => c.DeadlineNanoseconds is not null);
    }

    [Theory]
    [InlineData(Plans.Plain)]
    [InlineData(Plans.WithP2P)]
    [InlineData(Plans.WithPreCopy)]
    [InlineData(Plans.All)]
    public void A_refused_deadline_leaves_the_machine_running_after_the_tries(MigrationCapabilities capabilities)
    {
        var world = Plans.World(Plans.Plan(capabilities).TakesDeadline(0));
        world.OnArc = c => c.DeadlineNanoseconds is null ? null : (ArcOutcome.Refused, c.Arc.From);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(3, world.State.QuiesceTries);
        Assert.Contains("refused its deadline", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deadline_that_is_refused_once_may_be_kept_later()
    {
        var world = Plans.World(Plans.Plan(Plans.All).TakesDeadline(0));
        var refusals = 1;
        world.OnArc = c => c.DeadlineNanoseconds is not null && refusals-- > 0 ? (ArcOutcome.Refused, c.Arc.From) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Equal(2, world.State.QuiesceTries);
    }

    [Theory]
    [InlineData(DeviceState.RunningP2P)]
    [InlineData(DeviceState.Stop)]
    public void An_arc_aborted_in_flight_is_walked_back_from_where_it_ended(DeviceState final)
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P).TakesDeadline(0));
        world.OnArc = c => c.DeadlineNanoseconds is null ? null : (ArcOutcome.AbortedInFlight, final);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal("S RUNNING_P2P->RUNNING", world.Arcs(0).Last(a => a[0] == 'S'));
        Assert.Contains("gave up", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deadline_that_was_missed_does_not_end_the_migration()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P).TakesDeadline(0));
        world.OnArc = c => c.DeadlineNanoseconds is null ? null : (ArcOutcome.CompletedLate, c.Arc.To);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
    }

    [Fact]
    public void When_one_of_two_refuses_the_other_comes_back_from_beyond_its_commit_point()
    {
        var world = Plans.World(Plans.Plan(Plans.All, Plans.All).TakesDeadline(1));
        world.OnArc = c => c.DeadlineNanoseconds is null ? null : (ArcOutcome.Refused, c.Arc.From);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Contains("S STOP_COPY->STOP", world.Arcs(0));
        Assert.Equal(1, world.State.QuiesceTries);
    }

    [Fact]
    public void Where_P2P_is_beyond_recall_the_deadline_goes_with_the_arc_into_it()
    {
        var plan = Plans.Plan(Plans.WithP2P).Takes(0, new Arc(DeviceState.Running, DeviceState.RunningP2P)).TakesDeadline(0);
        var world = Plans.World(plan).Start().Run();

        var sent = world.Log.OfType<RunArc>().Where(c => c.DeadlineNanoseconds is not null).ToArray();
        Assert.Equal([new Arc(DeviceState.Running, DeviceState.RunningP2P), new Arc(DeviceState.RunningP2P, DeviceState.StopCopy)], sent.Select(c => c.Arc));
        Assert.Equal(sent[0].DeadlineNanoseconds!.Value, sent[1].DeadlineNanoseconds!.Value, 10.0);
    }
}
