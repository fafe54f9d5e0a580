using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>What fails around the engine of devices leads home like any other failure.</summary>
public sealed class ShellFailureTests
{
    private const int Most = 500;

    public static TheoryData<MigrationCapabilities, int> Machines()
    {
        var machines = new TheoryData<MigrationCapabilities, int>();
        foreach (var capabilities in MigrationCapabilitySets.All)
        {
            machines.Add(capabilities, capabilities.Has(MigrationCapabilities.P2P) ? 2 : 1);
        }

        return machines;
    }

    private static MigrationPlan Plan(MigrationCapabilities capabilities, int devices) =>
        Plans.Plan([.. Enumerable.Repeat(capabilities, devices)]) with { Mode = MigrationMode.Rehearsal };

    [Theory]
    [MemberData(nameof(Machines))]
    public void Whichever_command_cannot_be_carried_out_the_machine_runs_on_one_side(MigrationCapabilities capabilities, int devices)
    {
        for (var at = 0; at < Most; at++)
        {
            var isReached = false;
            var world = Plans.World(Plan(capabilities, devices));
            world.ShellFails = (n, c) => c is not EndSession && n == at && (isReached = true);
            world.Start().Run();
            if (!isReached)
            {
                Assert.InRange(at, 10, Most);
                return;
            }

            Assert.True(world.Outcome != MigrationOutcome.NeedsPerson, world.End!.Reason);
            Assert.Contains(World.Failure, world.End!.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Whenever_something_fails_the_machine_runs_on_one_side(MigrationCapabilities capabilities, int devices)
    {
        var outcomes = new HashSet<MigrationOutcome>();
        for (var at = 0; ; at++)
        {
            var world = Plans.World(Plan(capabilities, devices)).Start();
            for (var i = 0; i < at && world.State.Stage != EngineStage.Ended; i++)
            {
                world.Answer(0);
            }

            if (world.State.Stage == EngineStage.Ended)
            {
                break;
            }

            world.FailShell().Run();
            Assert.Contains(World.Failure, world.End!.Reason, StringComparison.Ordinal);
            outcomes.Add(world.Outcome);
        }

        Assert.Equal([MigrationOutcome.Completed, MigrationOutcome.Stayed, MigrationOutcome.Recovered], outcomes.Order());
    }

    [Fact]
    public void A_handover_that_cannot_be_written_down_starts_nothing_on_the_destination()
    {
        var world = Plans.World(Plan(Plans.All, 2));
        world.ShellFails = (_, c) => c is MarkHandover;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.DoesNotContain(world.Log, c => c is RunArc { Side: MigrationSide.Destination, Arc: { From: DeviceState.Stop, To: DeviceState.RunningP2P } });

        // The mark may stand in the journal all the same, and a recovery would believe it.
        Assert.Contains(world.Log, c => c is MarkTakeBack);
    }

    [Fact]
    public void A_device_that_no_command_reaches_needs_a_person_and_does_not_keep_the_session_for_ever()
    {
        var world = Plans.World(Plan(Plans.All, 1));
        var isLost = false;
        world.ShellFails = (_, c) =>
        {
            isLost |= c is StartStream;
            return isLost && c is RunArc or ResetDevice or QueryState;
        };
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
    }
}
