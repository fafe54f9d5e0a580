using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>The way to the destination by capability set, and everything that may end it before the commit.</summary>
public sealed class WalkTests
{
    private const string Resuming1 = "D RUNNING->STOP, D STOP->RESUMING";
    private const string Resuming2 = "D RUNNING->RUNNING_P2P, D RUNNING_P2P->STOP, D STOP->RESUMING";

    // Typed from the table of the design: quiesce, past the commit point, start on the destination.
    [Theory]
    [InlineData(Plans.Plain, Resuming1, "S RUNNING->STOP, S STOP->STOP_COPY, D RESUMING->STOP, D STOP->RUNNING, S STOP_COPY->STOP")]
    [InlineData(Plans.WithP2P, Resuming2, "S RUNNING->RUNNING_P2P, S RUNNING_P2P->STOP, S STOP->STOP_COPY, D RESUMING->STOP, D STOP->RUNNING_P2P, D RUNNING_P2P->RUNNING, S STOP_COPY->STOP")]
    [InlineData(Plans.WithPreCopy, Resuming1, "S RUNNING->PRE_COPY, S PRE_COPY->STOP_COPY, D RESUMING->STOP, D STOP->RUNNING, S STOP_COPY->STOP")]
    [InlineData(Plans.All, Resuming2, "S RUNNING->PRE_COPY, S PRE_COPY->PRE_COPY_P2P, S PRE_COPY_P2P->STOP_COPY, D RESUMING->STOP, D STOP->RUNNING_P2P, D RUNNING_P2P->RUNNING, S STOP_COPY->STOP")]
    public void Each_capability_set_has_its_way(MigrationCapabilities capabilities, string preparing, string rest)
    {
        var world = Plans.World(Plans.Plan(capabilities)).Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        var expected = preparing.Split(", ").Concat(rest.Split(", ")).Order();
        Assert.Equal(expected, world.Arcs(0).Order());
        Assert.Equal(rest.Split(", ")[^3..], world.Arcs(0).TakeLast(3));
        Assert.DoesNotContain(world.Log.OfType<RunArc>(), c => c.DeadlineNanoseconds is not null);
    }

    [Theory]
    [InlineData(Plans.Plain, false)]
    [InlineData(Plans.WithP2P, true)]
    [InlineData(Plans.WithPreCopy, false)]
    [InlineData(Plans.All, true)]
    public void There_is_a_second_gate_only_where_devices_quiesce(MigrationCapabilities capabilities, bool hasGate)
    {
        var world = Plans.World(Plans.Plan(capabilities)).Start().Run();

        Assert.Equal(hasGate, world.State.SecondGate is not null);
    }

    [Fact]
    public void A_driver_that_cannot_leave_P2P_at_once_has_no_second_gate()
    {
        var plan = Plans.Plan(Plans.WithP2P, Plans.WithP2P).Takes(1, new Arc(DeviceState.Running, DeviceState.RunningP2P));
        var world = Plans.World(plan).Start().Run();

        Assert.Null(world.State.SecondGate);
        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
    }

    [Fact]
    public void A_stream_that_starts_again_is_not_carried_twice()
    {
        var plan = Plans.Plan(Plans.All).WithSource(0, o => o with { StreamRestartsAtStopCopy = true });
        var world = Plans.World(plan).Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.DoesNotContain(world.Arcs(0), a => a.Contains("PRE_COPY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Devices_with_and_without_pre_copy_go_together(int count)
    {
        var world = Plans.World(Plans.Plan([.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? Plans.All : Plans.WithP2P)])).Start();

        // The last device answers first: whatever the order, the barriers hold (World checks them).
        world.Run(open => open - 1);

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
    }

    [Fact]
    public void Several_devices_without_P2P_are_refused_by_name_before_anything_is_touched()
    {
        var plan = Plans.Plan(Plans.All, Plans.WithPreCopy);

        var refused = Assert.Throws<PlanRefusedException>(() => MigrationEngine.Start(plan, 0));

        Assert.Contains("nic1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("P2P", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_touched_before_the_journal_is_written()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.JournalWorks = false;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Empty(world.Log.OfType<RunArc>());
        Assert.Contains("the disk is full", world.End!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MigrationSide.Source, DeviceState.Stop)]
    [InlineData(MigrationSide.Source, DeviceState.StopCopy)]
    [InlineData(MigrationSide.Source, DeviceState.Error)]
    [InlineData(MigrationSide.Destination, DeviceState.Resuming)]
    [InlineData(MigrationSide.Destination, DeviceState.StopCopy)]
    public void A_device_in_an_unexpected_state_is_left_alone_and_nobody_is_called(MigrationSide side, DeviceState state)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.SetTruth(side, 0, state);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Empty(world.Log.OfType<RunArc>());
        Assert.Contains(state.Name(), world.End!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("bring it", world.End.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_was_migrated_away_is_said_to_run_there()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Moved = "it was migrated to b at noon; it runs there" });
        world.SetTruth(MigrationSide.Source, 0, DeviceState.Stop);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.EndsWith("is in STOP, not in RUNNING; it was migrated to b at noon; it runs there.", world.End!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("recover", world.End.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_that_was_stopped_goes_back_to_STOP_when_the_machine_stays()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Limit = TimeSpan.FromMilliseconds(1) });
        world.SetTruth(MigrationSide.Destination, 0, DeviceState.Stop);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Destination, 0));
    }

    [Fact]
    public void A_bound_above_the_limit_stays_and_says_why()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Limit = TimeSpan.FromMilliseconds(20) }).Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(0, world.State.QuiesceTries);
        // The first evaluation sets the mark; the next three bring nothing better.
        Assert.Equal(4, world.Log.OfType<ReportDecision>().Count());
        Assert.DoesNotContain(world.Log.OfType<RunArc>(), c => c.Arc.To is DeviceState.PreCopyP2P or DeviceState.StopCopy);
    }

    [Fact]
    public void Without_any_bound_nothing_is_waited_for()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Snapshot = _ => new DecisionSnapshot { Sla = new SlaTerms { BlackoutLimitSeconds = 0.3 } };
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Single(world.Log.OfType<PrepareEvaluation>());
    }

    [Fact]
    public void A_later_moment_that_fits_is_taken()
    {
        var plan = Plans.Plan(Plans.All);
        var evaluations = 0;
        var world = Plans.World(plan);
        world.Snapshot = state => Plans.Evidence(plan, state, ++evaluations < 3 ? 0.2 / evaluations : Plans.ArcSeconds);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Equal(3, evaluations);
    }

    [Fact]
    public void A_shadow_session_never_commits_and_says_that_it_would()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Mode = MigrationMode.Shadow }).Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(Verdict.Commit, world.State.FirstGate!.Decision.Verdict);
        Assert.Contains("would commit", world.End!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Log.OfType<RunArc>(), c => c.Arc.To is DeviceState.PreCopyP2P or DeviceState.StopCopy);
    }

    [Fact]
    public void A_rehearsal_commits_whatever_the_bound()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Mode = MigrationMode.Rehearsal, Limit = TimeSpan.FromTicks(1) }).Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Equal(Verdict.Stay, world.State.FirstGate!.Decision.Verdict);
    }

    [Fact]
    public void The_blackout_lasts_from_the_first_command_to_RUNNING_on_the_destination()
    {
        var plan = Plans.Plan(Plans.WithP2P);
        var world = Plans.World(plan);
        world.Seconds = command => command is RunArc { Side: MigrationSide.Source, Arc.To: DeviceState.RunningP2P } ? 0.007 : 0.001;
        world.Start().Run();

        // RUNNING->P2P 7 ms; ->STOP, ->STOP_COPY, the stream, RESUMING->STOP, ->P2P, ->RUNNING 1 ms each.
        Assert.Equal(TimeSpan.FromMilliseconds(13), TimeSpan.FromTicks(world.State.PastBlackoutNanoseconds / 100));
    }

    [Fact]
    public void A_commit_that_took_longer_than_the_limit_is_said_to()
    {
        var world = Plans.World(Plans.Plan(Plans.Plain));
        world.Seconds = command => command is StartStream ? 0.305 : 0.001;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.CompletedOverLimit, world.Outcome);
        Assert.Contains("above the limit", world.End!.Reason, StringComparison.Ordinal);
    }
}
