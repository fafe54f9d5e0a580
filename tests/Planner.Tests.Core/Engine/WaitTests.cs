using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>A device that does not answer: the guest is not kept stopped for it longer than the limit and the way back, and no wait is without an end.</summary>
public sealed class WaitTests
{
    private const double LimitSeconds = 0.3;

    // Three arcs of the evidence lead from STOP_COPY to RUNNING.
    private const double BackSeconds = 3 * Plans.ArcSeconds;

    [Theory]
    [InlineData("stream")]
    [InlineData("RESUMING->STOP")]
    public void A_destination_that_stalls_before_the_handover_costs_the_limit_and_the_way_back(string where)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = c => where == "stream" ? c is StartStream : c is RunArc { Side: MigrationSide.Destination } arc && arc.Arc.ToString() == where;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
        Assert.InRange(world.State.LastBlackoutNanoseconds / 1e9, LimitSeconds + BackSeconds, LimitSeconds + (2 * BackSeconds));
        Assert.Contains("destination device nic0", world.End!.Reason, StringComparison.Ordinal);
        Assert.True(world.State.IsOutOfTime);
    }

    [Fact]
    public void A_way_back_that_was_never_measured_counts_like_the_limit()
    {
        var plan = Plans.Plan(Plans.All);
        var world = Plans.World(plan);
        world.Snapshot = state =>
        {
            var evidence = Plans.Evidence(plan, state);
            var device = evidence.Devices[0];
            return evidence with { Devices = [device with { Arcs = [.. device.Arcs.Where(a => a is not { From: "STOP_COPY", To: "STOP" })] }] };
        };
        world.Hangs = c => c is StartStream;
        world.Start().Run();

        Assert.InRange(world.State.LastBlackoutNanoseconds / 1e9, 2 * LimitSeconds, (2 * LimitSeconds) + (2 * BackSeconds));
    }

    [Fact]
    public void A_source_that_is_silent_for_good_ends_with_a_person_who_is_told_its_name()
    {
        var world = Plans.World(Plans.Plan(Plans.All, Plans.All));
        world.Hangs = c => c is RunArc { Side: MigrationSide.Source, Device: 1, Arc.To: DeviceState.StopCopy };
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("source device nic1 (vfio-user:/s1) in an unknown state, it has not answered for 10", world.End!.Reason, StringComparison.Ordinal);
        Assert.False(world.State.IsSettled);
        Assert.DoesNotContain(world.Log, c => c is AbandonDestination);
        Assert.InRange(Seconds(world), 10, 15);
    }

    [Fact]
    public void A_source_that_answers_at_last_goes_home_at_once()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Seconds = c => c is RunArc { Side: MigrationSide.Source, Arc.To: DeviceState.StopCopy } ? 5 : 0.001;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.InRange(world.State.LastBlackoutNanoseconds / 1e9, 5, 5.1);
        Assert.DoesNotContain(world.Log, c => c is StartStream);
    }

    [Theory]
    [InlineData("STOP->RESUMING")]
    [InlineData("round")]
    public void In_pre_copy_a_silent_destination_costs_seconds(string where)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = Stalled(c => where == "round" ? c is Survey : c is RunArc { Side: MigrationSide.Destination } arc && arc.Arc.ToString() == where, MigrationSide.Destination);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Recovered, world.Outcome);
        Assert.Contains("destination device nic0", world.End!.Reason, StringComparison.Ordinal);
        Assert.Equal(0, world.State.PastBlackoutNanoseconds);
        Assert.InRange(Seconds(world), 10, 15);
    }

    [Theory]
    [InlineData("RUNNING->PRE_COPY")]
    [InlineData("round")]
    public void In_pre_copy_a_silent_source_ends_with_a_person_in_seconds(string where)
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = Stalled(c => where == "round" ? c is Survey : c is RunArc { Side: MigrationSide.Source } arc && arc.Arc.ToString() == where, MigrationSide.Source);
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.Contains("source device nic0 (vfio-user:/s0) in an unknown state, it has not answered", world.End!.Reason, StringComparison.Ordinal);
        Assert.InRange(Seconds(world), 10, 15);
    }

    [Fact]
    public void After_the_handover_the_way_leads_forward_and_a_person_is_told_what_to_do()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = c => c is RunArc { Side: MigrationSide.Destination, Arc: { From: DeviceState.Stop, To: DeviceState.RunningP2P } };
        world.Start().Run();

        Assert.Equal(MigrationOutcome.NeedsPerson, world.Outcome);
        Assert.True(world.IsHandedOver);
        Assert.Contains("do not start the source", world.End!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Log, c => c is AbandonDestination);
        Assert.InRange(Seconds(world), 10, 15);
    }

    [Fact]
    public void A_source_that_does_not_come_to_rest_changes_nothing_about_the_migration()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = c => c is RunArc { Side: MigrationSide.Source, Arc: { From: DeviceState.StopCopy, To: DeviceState.Stop } };
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
        Assert.Contains("it has not answered", world.End!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_longer_than_the_patience_is_the_patience()
    {
        var world = Plans.World(Plans.Plan(Plans.All) with { Limit = TimeSpan.FromSeconds(30) });
        world.Seconds = c => c is RunArc { Arc.To: DeviceState.Resuming } ? 20 : 0.001;
        world.Start().Run();

        Assert.Equal(MigrationOutcome.Completed, world.Outcome);
    }

    [Fact]
    public void A_second_request_to_give_up_does_not_wait_for_a_silent_destination_and_skips_nothing()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = Stalled(c => c is RunArc { Side: MigrationSide.Destination, Arc.To: DeviceState.Resuming }, MigrationSide.Destination);
        world.Start();
        while (world.Open.Count > 0)
        {
            world.Answer(0);
        }

        world.Cancel().Hurry().Run();

        Assert.Equal(DeviceState.Running, world.Truth(MigrationSide.Source, 0));
        Assert.Contains("S PRE_COPY->RUNNING", world.Arcs(0));
        Assert.InRange(Seconds(world), 0, 4);
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_any_more_changes_nothing()
    {
        var world = Plans.World(Plans.Plan(Plans.All));
        world.Hangs = c => c is StartStream;
        world.Start().Run();
        foreach (var late in new EngineEvent[]
        {
            new StreamLoaded(0, 1), new StreamBroken(0, MigrationSide.Source, "late"), new ResetEnded(MigrationSide.Destination, 0, null),
            new ArcEnded(MigrationSide.Destination, 0, new Arc(DeviceState.Resuming, DeviceState.Stop), new ArcResult(ArcOutcome.Completed, DeviceState.Stop, Errno.None, TimeSpan.Zero)),
        })
        {
            var before = world.State with { Stage = EngineStage.RollingBack };
            Assert.Equal(before.Destinations, MigrationEngine.Advance(before, late, world.Now).State.Destinations);
        }
    }

    /// <summary>From the first command that a test chooses nothing of that side answers any more.</summary>
    private static Func<EngineCommand, bool> Stalled(Func<EngineCommand, bool> first, MigrationSide side)
    {
        var isStalled = false;
        return c => (isStalled |= first(c)) && (first(c) || c is RunArc arc && arc.Side == side || c is QueryState query && query.Side == side || c is ResetDevice reset && reset.Side == side);
    }

    private static double Seconds(World world) => (world.Now - world.State.StartedNanoseconds) / 1e9;
}
