using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

public sealed class HypervisorInvariantTests
{
    private static readonly string[] Misfortunes =
    [
        "cancel", "cancel that sticks", "kill source", "kill destination", "kill planner", "break link", "stall link", "stall source", "stall destination",
        "stop by others", "stop and cont by others", "fail shell", "lose commands",
    ];

    [Fact]
    public void With_a_device_the_machine_ends_up_running_on_one_side_and_its_blackout_is_known()
    {
        var resets = 0;
        for (var seed = 0; seed < 500; seed++)
        {
            var world = new HypervisorWorld(seed, hasDevice: true);
            world.Run();
            Check(world, seed);
            resets += world.State.ResetDevices.IsEmpty ? 0 : 1;
            Assert.Equal(world.State.ResetDevices.IsEmpty, world.State.IntendedOutcome != MigrationOutcome.NeedsPerson);
            Assert.True(world.State.IntendedOutcome == MigrationOutcome.Stayed || world.State.Pause is not null, Words(world, seed));
        }

        Assert.InRange(resets, 1, 50);
    }

    [Theory]
    [InlineData("stop by others")]
    [InlineData("stop and cont by others")]
    public void A_guest_that_somebody_else_stops_is_given_back_as_they_left_it(string misfortune)
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var world = new HypervisorWorld(seed, hasDevice: true);
            world.Schedule(misfortune, TimeSpan.FromMilliseconds(new Random(seed).NextDouble() * 1500));
            world.Run();
            Check(world, seed);
        }
    }

    [Fact]
    public void Without_a_misfortune_the_machine_ends_up_running_on_one_side()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var world = new HypervisorWorld(seed);
            world.Run();
            Check(world, seed);
            Assert.NotEqual(MigrationOutcome.NeedsPerson, world.State.IntendedOutcome);
        }
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("cancel that sticks")]
    [InlineData("kill destination")]
    [InlineData("kill planner")]
    [InlineData("break link")]
    [InlineData("stall link")]
    [InlineData("stall source")]
    [InlineData("stall destination")]
    [InlineData("fail shell")]
    [InlineData("lose commands")]
    public void After_one_misfortune_at_any_moment_before_the_handover_the_machine_runs_on_exactly_one_side(string misfortune)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var world = new HypervisorWorld(seed);
            world.Schedule(misfortune, TimeSpan.FromMilliseconds(new Random(seed).NextDouble() * 1500));
            world.Run();
            Check(world, seed);
            if (!world.State.IsHandedOver)
            {
                Assert.True(world.State.IntendedOutcome != MigrationOutcome.NeedsPerson, Words(world, seed));
            }
        }
    }

    [Fact]
    public void Whatever_happens_it_never_runs_on_both_sides_and_never_on_none_without_a_person_being_called()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var world = new HypervisorWorld(seed, hasDevice: seed % 2 == 1);
            for (var i = random.Next(4); i >= 0; i--)
            {
                world.Schedule(Misfortunes[random.Next(Misfortunes.Length)], TimeSpan.FromMilliseconds(random.NextDouble() * 2000));
            }

            world.Run();
            Check(world, seed);
        }
    }

    private static void Check(HypervisorWorld world, int seed)
    {
        Assert.True(world.State.Stage == HypervisorStage.Ended, Words(world, seed));
        Assert.False(world.BothRan, Words(world, seed));
        if (world.State.IntendedOutcome is MigrationOutcome.NeedsPerson)
        {
            Assert.Contains(":", world.State.Reason, StringComparison.Ordinal);
            return;
        }

        if (world.State.Reason.StartsWith("Nothing was touched", StringComparison.Ordinal))
        {
            // It is as it was found: stopped, where somebody had stopped it.
            return;
        }

        Assert.True(world.RunsOnSource != world.RunsOnDestination, Words(world, seed));
        Assert.True(
            world.RunsOnDestination == world.State.IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit, Words(world, seed));
    }

    private static string Words(HypervisorWorld world, int seed) =>
        $"seed {seed}: {world.State.Stage}, {world.State.IntendedOutcome}, source runs {world.RunsOnSource}, destination runs {world.RunsOnDestination}: {world.State.Reason}\n{string.Join('\n', world.Log.TakeLast(60))}";
}
