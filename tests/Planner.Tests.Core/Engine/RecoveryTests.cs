using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>What the engine does with a migration whose process died, from every combination of states.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void Before_the_handover_every_source_runs_again_and_every_destination_is_emptied()
    {
        foreach (var capabilities in MigrationCapabilitySets.All)
        {
            foreach (var source in Enum.GetValues<DeviceState>().Where(s => MigrationStateMachine.Exists(s, capabilities)))
            {
                foreach (var destination in new[] { DeviceState.Running, DeviceState.Stop, DeviceState.Resuming, DeviceState.Error })
                {
                    var world = Plans.World(Plans.Plan(capabilities));
                    world.SetTruth(MigrationSide.Source, 0, source);
                    world.SetTruth(MigrationSide.Destination, 0, destination);
                    world.StartRecovery(isHandedOver: false).Run();

                    Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
                    Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Destination, 0));
                }
            }
        }
    }

    [Theory]
    [InlineData(DeviceState.Stop)]
    [InlineData(DeviceState.RunningP2P)]
    [InlineData(DeviceState.Running)]
    public void After_the_handover_the_destination_starts(DeviceState destination)
    {
        foreach (var source in new[] { DeviceState.StopCopy, DeviceState.Stop })
        {
            var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
            for (var i = 0; i < 2; i++)
            {
                world.SetTruth(MigrationSide.Source, i, source);
                world.SetTruth(MigrationSide.Destination, i, i == 0 ? destination : DeviceState.Stop);
                world.SetImage(i);
            }

            // The handover was noted by the process that died.
            world.Log.Add(new Planner.Engine.MarkHandover());
            world.StartRecovery(isHandedOver: true).Run();

            Assert.Equal(MigrationOutcome.Completed, world.Outcome);
            Assert.Equal(DeviceState.Stop, world.Truth(MigrationSide.Source, 0));
        }
    }

    [Fact]
    public void A_destination_that_lost_its_image_after_the_handover_needs_a_person()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.SetTruth(MigrationSide.Source, 0, DeviceState.StopCopy);
        world.SetTruth(MigrationSide.Destination, 0, DeviceState.Error);
        world.StartRecovery(isHandedOver: true).Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("ERROR", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_somebody_started_on_the_source_again_is_taken_back()
    {
        var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
        world.SetTruth(MigrationSide.Source, 1, DeviceState.StopCopy);
        world.SetTruth(MigrationSide.Destination, 0, DeviceState.Stop);
        world.SetTruth(MigrationSide.Destination, 1, DeviceState.Stop);
        world.Log.Add(new Planner.Engine.MarkHandover());
        world.StartRecovery(isHandedOver: true).Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.False(world.IsHandedOver);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_machine_that_was_taken_back_runs_on_the_source_once_what_ran_elsewhere_was_reset_or_a_person_saw_to_it(bool canBeReset)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.SetTruth(MigrationSide.Source, 0, DeviceState.StopCopy);
        world.SetTruth(MigrationSide.Destination, 0, DeviceState.Error);
        world.SetImage(0);
        world.CanBeReset = (side, _) => canBeReset || side == MigrationSide.Source;
        world.StartRecovery(isHandedOver: false, isTakenBack: true).Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        var commands = world.Log.Where(c => c is Planner.Engine.RunArc or Planner.Engine.ResetDevice).ToArray();
        Assert.Equal(new Planner.Engine.ResetDevice(MigrationSide.Destination, 0), commands[0]);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
    }

    [Fact]
    public void A_machine_that_runs_on_both_sides_is_not_touched()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.StartRecovery(isHandedOver: true).Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Empty(world.Log.OfType<Planner.Engine.RunArc>());
    }

    [Theory]
    [InlineData(MigrationSide.Source, MigrationOutcome.NeedsPerson)]
    [InlineData(MigrationSide.Destination, MigrationOutcome.Recovered)]
    public void A_device_beyond_reach_is_named(MigrationSide lost, MigrationOutcome outcome)
    {
        var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
        world.SetTruth(MigrationSide.Source, 0, DeviceState.StopCopy);
        world.SetTruth(MigrationSide.Source, 1, DeviceState.StopCopy);
        world.CanBeAsked = (side, device) => side != lost || device != 0;
        world.StartRecovery(isHandedOver: false);
        world.Run();

        Assert.Equal(outcome, world.Outcome);
        Assert.Contains(lost == MigrationSide.Source ? "vfio-user:/s0" : "vfio-user:/d0", world.End!.Reason, StringComparison.Ordinal);
        Assert.True(world.Truth(MigrationSide.Source, 1).IsRunning());
        Assert.Single(world.Log.OfType<Planner.Engine.QueryState>(), q => q.Side == lost && q.Device == 0);
    }
}
