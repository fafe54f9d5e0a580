using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>Every arc failing at every place, and what the policy allows then. World holds every run against the invariants.</summary>
public sealed class FailureTests
{
    public static TheoryData<MigrationCapabilities, ArcOutcome, string> Failures()
    {
        var data = new TheoryData<MigrationCapabilities, ArcOutcome, string>();
        foreach (var capabilities in MigrationCapabilitySets.All)
        {
            foreach (var left in new[] { "where it was", "where it should be", "in ERROR" })
            {
                data.Add(capabilities, ArcOutcome.Failed, left);
                data.Add(capabilities, ArcOutcome.Unknown, left);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Whichever_arc_fails_the_machine_runs_on_exactly_one_side(MigrationCapabilities capabilities, ArcOutcome outcome, string left)
    {
        foreach (var plan in new[] { Plans.Plan(capabilities), Plans.Plan(capabilities, capabilities, capabilities) })
        {
            if (plan.Devices.Length > 1 && !capabilities.Has(MigrationCapabilities.P2P))
            {
                continue;
            }

            var arcs = Plans.World(plan).Start().Run().Log.OfType<RunArc>().Count();
            for (var failing = 0; failing < arcs; failing++)
            {
                var count = -1;
                var world = Plans.World(plan);
                world.OnArc = c => ++count != failing ? null : (outcome, left switch
                {
                    "where it was" => c.Arc.From,
                    "where it should be" => c.Arc.To,
                    _ => DeviceState.Error,
                });
                world.Start().Run();
                AssertSafe(world, failing, left);
            }
        }
    }

    [Theory]
    [InlineData(Plans.Plain, Plans.All)]
    [InlineData(Plans.All, Plans.Plain)]
    public void Between_devices_with_different_capabilities_it_is_the_same(MigrationCapabilities source, MigrationCapabilities destination)
    {
        var plan = Plans.Between(source, destination);
        var arcs = Plans.World(plan).Start().Run().Log.OfType<RunArc>().Count();
        for (var failing = 0; failing < arcs; failing++)
        {
            var count = -1;
            var world = Plans.World(plan);
            world.OnArc = c => ++count != failing ? null : (ArcOutcome.Failed, DeviceState.Error);
            world.Start().Run();
            AssertSafe(world, failing, "in ERROR");
        }
    }

    private static void AssertSafe(World world, int failing, string left)
    {
        Assert.True(
            world.IsHandedOver ? world.Outcome is MigrationOutcome.Completed : world.Outcome is MigrationOutcome.Recovered or MigrationOutcome.Stayed,
            $"arc {failing} left {left}: {world.Outcome} {world.End!.Reason}");
    }

    [Theory]
    [InlineData(1, 0.08, MigrationOutcome.Completed, 2)]
    [InlineData(1, 0.001, MigrationOutcome.Recovered, 1)]
    [InlineData(2, 0.08, MigrationOutcome.Recovered, 2)]
    public void A_failed_arc_past_the_commit_point_is_tried_once_more_if_going_on_is_no_longer_than_going_back(
        int failures, double wayBackSeconds, MigrationOutcome outcome, int tries)
    {
        var plan = Plans.Plan(Plans.All);
        var world = Plans.World(plan);
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.StopCopy } && failures-- > 0 ? (ArcOutcome.Failed, DeviceState.PreCopyP2P) : null;
        world.Snapshot = state =>
        {
            var evidence = Plans.Evidence(plan, state);
            var device = evidence.Devices[0];
            return evidence with
            {
                Devices = [device with { Arcs = [.. device.Arcs.Select(a => a is { From: "PRE_COPY_P2P", To: "RUNNING_P2P" } ? a with { Seconds = [wayBackSeconds] } : a)] }],
            };
        };
        world.Start().Run();

        Assert.Equal(outcome, world.Outcome);
        Assert.Equal(tries, world.Arcs(0).Count(a => a == "S PRE_COPY_P2P->STOP_COPY"));
    }

    [Theory]
    [InlineData(DeviceState.Running)]
    [InlineData(DeviceState.Stop)]
    public void A_cancel_before_the_states_are_known_starts_nothing(DeviceState found)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.SetTruth(MigrationSide.Source, 0, found);
        world.Start().Cancel().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Empty(world.Arcs(0));
        Assert.DoesNotContain(world.Log, c => c is OpenJournal);
    }

    [Fact]
    public void Without_unwind_in_the_policy_a_failed_device_is_reset()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P) with { OnFailure = [FailureAction.Reset] });
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.StopCopy } ? (ArcOutcome.Failed, DeviceState.Stop) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Contains(world.Log.OfType<ResetDevice>(), c => c.Side == MigrationSide.Source);
        Assert.Contains("reset", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Unwinding_comes_before_the_reset_if_the_policy_says_so()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.StopCopy } ? (ArcOutcome.Failed, DeviceState.Stop) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.DoesNotContain(world.Log.OfType<ResetDevice>(), c => c.Side == MigrationSide.Source);
    }

    [Fact]
    public void What_the_policy_cannot_repair_is_handed_over_with_every_state()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P, Plans.WithP2P) with { OnFailure = [FailureAction.Unwind] });
        world.OnArc = c => c is { Side: MigrationSide.Source, Device: 0, Arc.To: DeviceState.StopCopy } ? (ArcOutcome.Failed, DeviceState.Error) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("source device nic0 (vfio-user:/s0) in ERROR", world.End!.Reason, StringComparison.Ordinal);
        Assert.Contains("nic1", world.End!.Reason, StringComparison.Ordinal);
        // The other device need not stay behind.
        Assert.True(world.Truth(MigrationSide.Source, 1).IsRunning());
    }

    [Fact]
    public void A_device_beyond_reach_is_handed_over()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.Stop } ? (ArcOutcome.Unknown, DeviceState.Stop) : null;
        world.CanBeAsked = (side, _) => side == MigrationSide.Destination || !world.Log.OfType<RunArc>().Any(c => c is { Side: MigrationSide.Source });
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("cannot be asked", world.End!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MigrationSide.Source)]
    [InlineData(MigrationSide.Destination)]
    public void A_broken_stream_brings_the_source_back(MigrationSide side)
    {
        foreach (var isStopPhase in new[] { false, true })
        {
            var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
            world.OnStream = command => command is StartStream { Device: 1 } == isStopPhase && command is StartStream { Device: 1 } or Survey { Device: 1 } ? side : null;
            world.Start().Run();

            Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
            Assert.Contains("nic1", world.End!.Reason, StringComparison.Ordinal);
            Assert.Contains("stream", world.End!.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_destination_that_rejects_its_image_brings_the_source_back_and_is_reset()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.OnArc = c => c.Arc.From == DeviceState.Resuming ? (ArcOutcome.Failed, DeviceState.Resuming) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Contains(new ResetDevice(MigrationSide.Destination, 0), world.Log);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Destination, 0));
    }

    [Theory]
    [InlineData(2, MigrationOutcome.Completed)]
    [InlineData(3, MigrationOutcome.Recovered)]
    public void A_destination_that_does_not_start_is_tried_three_times_and_then_the_machine_is_taken_back(int failures, MigrationOutcome outcome)
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P, Plans.WithP2P));
        var left = failures;
        world.OnArc = c => c is { Side: MigrationSide.Destination, Device: 1, Arc: { From: DeviceState.RunningP2P, To: DeviceState.Running } } && left-- > 0
            ? (ArcOutcome.Failed, DeviceState.RunningP2P)
            : null;
        world.Start().Run();

        Assert.Equal(outcome, world.Outcome);
        if (outcome == MigrationOutcome.Recovered)
        {
            // The first device was running already: it is stopped before the source starts, and emptied after.
            Assert.Contains("D RUNNING->RUNNING_P2P", world.Arcs(0));
            Assert.Contains(new ResetDevice(MigrationSide.Destination, 0), world.Log);
            Assert.Contains("the destination did not start", world.End!.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_destination_that_its_server_resets_after_the_handover_is_not_taken_for_the_guest()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Destination, Arc: { From: DeviceState.Stop, To: DeviceState.RunningP2P } } && world.IsHandedOver
            ? (ArcOutcome.Unknown, DeviceState.Running)
            : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Contains("although nothing has started it", world.End!.Reason, StringComparison.Ordinal);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
    }

    [Theory]
    [InlineData(ArcOutcome.Unknown, MigrationOutcome.NeedsPerson)]
    [InlineData(ArcOutcome.Failed, MigrationOutcome.Recovered)]
    public void A_source_that_runs_where_no_arc_led_it_and_did_not_answer_may_have_lost_its_state(ArcOutcome outcome, MigrationOutcome expected)
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.Stop } ? (outcome, DeviceState.Running) : null;
        world.Start().Run();

        Assert.Equal(expected, world.Outcome);
        Assert.Equal(outcome == ArcOutcome.Unknown, world.End!.Reason.Contains("possibly lost", StringComparison.Ordinal));
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_destination_of_which_nobody_knows_that_it_rests_is_not_taken_back(bool isBeyondReach)
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P, Plans.WithP2P));
        world.OnArc = c => c switch
        {
            _ when !world.IsHandedOver => null,
            { Side: MigrationSide.Destination, Device: 1, Arc.To: DeviceState.Running } => (isBeyondReach ? ArcOutcome.Unknown : ArcOutcome.Failed, DeviceState.RunningP2P),
            { Side: MigrationSide.Destination, Device: 0, Arc: { From: DeviceState.RunningP2P, To: DeviceState.Stop } } => (ArcOutcome.Failed, DeviceState.RunningP2P),
            _ => null,
        };
        world.CanBeAsked = (side, device) => !isBeyondReach || (side, device) != (MigrationSide.Destination, 1) || !world.IsHandedOver;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("do not start the source", world.End!.Reason, StringComparison.Ordinal);
        Assert.All([0, 1], device => Assert.False(world.Truth(MigrationSide.Source, device).IsRunning()));
    }

    [Theory]
    [InlineData(true, MigrationOutcome.Recovered)]
    [InlineData(false, MigrationOutcome.NeedsPerson)]
    public void A_destination_that_ran_and_is_in_ERROR_is_reset_before_the_source_runs(bool canBeReset, MigrationOutcome outcome)
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Destination, Arc: { From: DeviceState.RunningP2P, To: DeviceState.Running } } ? (ArcOutcome.Failed, DeviceState.Error) : null;
        world.CanBeReset = (_, _) => canBeReset;
        world.Start().Run();

        Assert.Equal(outcome, world.Outcome);
        Assert.Equal(canBeReset, world.Truth(MigrationSide.Source, 0).IsRunning());
        Assert.Contains("taken back", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_that_rests_and_cannot_be_emptied_keeps_nobody_from_running_on_the_source()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c is { Side: MigrationSide.Destination, Arc: { From: DeviceState.RunningP2P, To: DeviceState.Running } } ? (ArcOutcome.Failed, DeviceState.RunningP2P) : null;
        world.CanBeReset = (_, _) => false;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Destination, 0));
    }

    [Fact]
    public void A_source_that_does_not_come_to_rest_is_mentioned()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P));
        world.OnArc = c => c.Arc.From == DeviceState.StopCopy ? (ArcOutcome.Failed, DeviceState.StopCopy) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Contains("source device nic0 (vfio-user:/s0) in STOP_COPY", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_before_the_commit_point_always_leaves_the_machine_on_the_source()
    {
        foreach (var capabilities in MigrationCapabilitySets.All)
        {
            for (var at = 0; ; at++)
            {
                var world = Plans.World(Plans.Plan(capabilities)).Start();
                for (var i = 0; i < at && world.State.Stage != EngineStage.Ended; i++)
                {
                    world.Answer(0);
                }

                if (world.State.Stage == EngineStage.Ended)
                {
                    break;
                }

                var stage = world.State.Stage;
                var isTooLate = stage > EngineStage.Quiescing || (stage == EngineStage.Quiescing && !world.Plan.HasSecondGate);
                world.Cancel().Run();
                Assert.Equal(isTooLate ? MigrationOutcome.Completed : MigrationOutcome.Stayed, world.Outcome);
            }
        }
    }
}
