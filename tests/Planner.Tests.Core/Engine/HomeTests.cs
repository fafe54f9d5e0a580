using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>A destination is home where it was found, or in STOP if no reset empties it: a state that lasts, and that the next migration takes it from.</summary>
public sealed class HomeTests
{
    private const string Restart = "restart its server";

    /// <summary>What a reset may do that does not lead to RUNNING.</summary>
    public enum ResetKind
    {
        KeepsState,
        Fails,
        NotOffered,
        KeepsStateAndCouldNotBeAskedFor,
    }

    private static World NewWorld(ResetKind reset, MigrationMode mode = MigrationMode.Active)
    {
        var offered = reset switch
        {
            ResetKind.NotOffered => Answer.No,
            ResetKind.KeepsStateAndCouldNotBeAskedFor => Answer.CouldNotAsk,
            _ => Answer.Yes,
        };
        var plan = Plans.Plan(Plans.All) with { Mode = mode };
        var device = plan.Devices[0];
        var world = Plans.World(plan with { Devices = [device with { Destination = device.Destination with { OffersReset = offered } }] });
        world.ResetKeepsState = true;
        world.CanBeReset = (side, _) => side == MigrationSide.Source || reset != ResetKind.Fails;
        // What a destination without a whole image does depends on its driver; here it lets go of it.
        world.OnArc = c => IsHome(c) ? (ArcOutcome.Completed, DeviceState.Stop) : null;
        return world;
    }

    private static bool IsHome(RunArc c) => c is { Side: MigrationSide.Destination, Arc: { From: DeviceState.Resuming, To: DeviceState.Stop } };

    [Theory]
    [InlineData(ResetKind.KeepsState, 1)]
    [InlineData(ResetKind.Fails, 1)]
    [InlineData(ResetKind.NotOffered, 0)]
    [InlineData(ResetKind.KeepsStateAndCouldNotBeAskedFor, 1)]
    public void A_stay_leaves_a_destination_that_no_reset_empties_in_STOP_and_stays_a_stay(ResetKind reset, int resets)
    {
        var world = NewWorld(reset);
        world.Snapshot = _ => new DecisionSnapshot();
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Destination, 0));
        Assert.Equal(resets, world.Log.OfType<ResetDevice>().Count());
        Assert.DoesNotContain(Restart, world.End!.Reason, StringComparison.Ordinal);
        Assert.Contains("destination device nic0 (vfio-user:/d0) in STOP", world.End!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResetKind.KeepsState)]
    [InlineData(ResetKind.Fails)]
    [InlineData(ResetKind.NotOffered)]
    public void So_does_a_cancel_at_any_moment_before_the_commit_point(ResetKind reset)
    {
        for (var at = 0; ; at++)
        {
            var world = NewWorld(reset).Start();
            for (var i = 0; i < at && world.State.Stage != EngineStage.Ended; i++)
            {
                world.Answer(0);
            }

            if (world.State.Stage is EngineStage.Stopping or EngineStage.Ended)
            {
                Assert.True(at > 5);
                break;
            }

            world.Cancel().Run();
            var wasResuming = world.Log.Any(c => c is RunArc { Side: MigrationSide.Destination, Arc.To: DeviceState.Resuming });
            Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
            // Where no byte was carried and nothing was reset, it may go on from STOP to where it was found.
            Assert.True(
                world.Truth(MigrationSide.Destination, 0) == DeviceState.Stop || !wasResuming || (reset == ResetKind.NotOffered && world.State.Streams[0].PreCopiedBytes == 0),
                $"after {at}: {world.Truth(MigrationSide.Destination, 0)}");
        }
    }

    [Fact]
    public void A_failing_source_goes_back_and_the_destination_rests_in_STOP()
    {
        var world = NewWorld(ResetKind.KeepsState);
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.StopCopy } ? (ArcOutcome.Failed, c.Arc.From) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Destination, 0));
        Assert.DoesNotContain(Restart, world.End!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResetKind.KeepsState)]
    [InlineData(ResetKind.Fails)]
    [InlineData(ResetKind.NotOffered)]
    public void A_destination_that_does_not_leave_RESUMING_either_is_named_with_what_helps(ResetKind reset)
    {
        var world = NewWorld(reset);
        world.Snapshot = _ => new DecisionSnapshot();
        world.OnArc = c => IsHome(c) ? (ArcOutcome.Failed, DeviceState.Resuming) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Resuming, world.Truth(MigrationSide.Destination, 0));
        Assert.Contains("destination device nic0 (vfio-user:/d0) in RESUMING", world.End!.Reason, StringComparison.Ordinal);
        Assert.Contains(Restart, world.End!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("planner recover", world.End!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, DeviceState.Stop)]
    [InlineData(false, DeviceState.Resuming)]
    public void A_recovery_does_the_same(bool leavesResuming, DeviceState left)
    {
        var world = NewWorld(ResetKind.KeepsState);
        world.OnArc = c => IsHome(c) && !leavesResuming ? (ArcOutcome.Failed, DeviceState.Resuming) : null;
        world.SetTruth(MigrationSide.Source, 0, DeviceState.PreCopy);
        world.SetTruth(MigrationSide.Destination, 0, DeviceState.Resuming);
        world.StartRecovery(isHandedOver: false).Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
        Assert.Equal(left, world.Truth(MigrationSide.Destination, 0));
        Assert.Equal(!leavesResuming, world.End!.Reason.Contains(Restart, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_shadow_session_never_touches_the_destination(bool commits)
    {
        var world = NewWorld(ResetKind.KeepsState, MigrationMode.Shadow);
        if (!commits)
        {
            world.Snapshot = _ => new DecisionSnapshot();
        }

        world.Start().Run();

        Assert.Equal(MigrationOutcome.Stayed, world.Outcome);
        Assert.DoesNotContain(world.Log, c => c is RunArc { Side: MigrationSide.Destination } or ResetDevice);
        Assert.Equal(commits, world.End!.Reason.Contains("it would commit now", StringComparison.Ordinal));
    }

    [Fact]
    public void A_whole_image_that_a_reset_does_not_clear_is_never_started()
    {
        var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
        world.CanBeReset = (_, _) => false;
        // The first device has its whole image; the second breaks the migration.
        world.OnStream = command => command is StartStream { Device: 1 } ? MigrationSide.Source : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Destination, 0));
        Assert.DoesNotContain(world.Arcs(0), a => a == "D STOP->RUNNING_P2P");
    }

    [Fact]
    public void A_destination_in_ERROR_that_took_nothing_is_reset_too()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.OnArc = c => c is { Side: MigrationSide.Destination, Arc.To: DeviceState.Resuming } ? (ArcOutcome.Failed, DeviceState.Error) : null;
        world.Start().Run();

        Assert.Contains(new ResetDevice(MigrationSide.Destination, 0), world.Log);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Destination, 0));
    }

    [Fact]
    public void A_source_whose_reset_keeps_its_migration_state_is_walked_home_afterwards()
    {
        var world = Plans.World(Plans.Plan(Plans.WithP2P) with { OnFailure = [FailureAction.Reset] });
        world.ResetKeepsState = true;
        world.OnArc = c => c is { Side: MigrationSide.Source, Arc.To: DeviceState.Stop } ? (ArcOutcome.Failed, c.Arc.From) : null;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
        Assert.Contains("the guest will notice", world.End!.Reason, StringComparison.Ordinal);
    }
}
