using Planner.Engine;
using Planner.Measurements;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Engine;

public sealed class DeviceArcsTests
{
    [Fact]
    public void Each_arc_begins_where_the_one_before_it_ended()
    {
        var arcs = DeviceArcs.Of(ToldSwitchover.OfOneDevice().Downtime(182).RunsOnDestination().State.Times);

        Assert.Equal(
            [(new Arc(PreCopy, PreCopyP2P), 21.0), (new Arc(PreCopyP2P, StopCopy), 100), (new Arc(Resuming, RunningP2P), 50), (new Arc(RunningP2P, Running), 10)],
            arcs.Select(a => (a.Arc, Math.Round(a.Took.TotalMilliseconds, 3))));
    }

    [Fact]
    public void Where_no_event_tells_the_beginning_the_first_arc_begins_with_the_sources_own_count()
    {
        var arcs = DeviceArcs.Of(ToldSwitchover.OfOneDevice(isPrepareTold: false).Downtime(182).RunsOnDestination().State.Times);

        Assert.Equal(21, arcs[0].Took.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void Two_devices_are_walked_one_after_the_other()
    {
        // As QEMU 11.1 told it: the source's last device first, the destination's first one.
        var told = new ToldSwitchover("dev0", "dev1");
        told.Device(MigrationSide.Destination, 0, "dev0", Resuming).Device(MigrationSide.Destination, 0.5, "dev1", Resuming);
        told.Device(MigrationSide.Source, 1, "dev0", PreCopy).Device(MigrationSide.Source, 2, "dev1", PreCopy);
        told.Device(MigrationSide.Source, 1000, "dev1", PreCopyP2P, isPreparing: true).Device(MigrationSide.Source, 1021, "dev1", PreCopyP2P);
        told.Device(MigrationSide.Source, 1022, "dev0", PreCopyP2P, isPreparing: true).Device(MigrationSide.Source, 1044, "dev0", PreCopyP2P);
        told.Device(MigrationSide.Source, 1144, "dev1", StopCopy).Device(MigrationSide.Source, 1246, "dev0", StopCopy);
        told.Stopped(1247, lastPass: 996);
        told.Source(1247, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(1340, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        told.Destination(1350, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Destination, 1402, "dev0", RunningP2P).Device(MigrationSide.Destination, 1454, "dev1", RunningP2P);
        told.Device(MigrationSide.Destination, 1464, "dev0", Running).Device(MigrationSide.Destination, 1475, "dev1", Running);

        Assert.Equal(
            [("dev1", 21.0), ("dev0", 22), ("dev1", 100), ("dev0", 102), ("dev0", 52), ("dev1", 52), ("dev0", 10), ("dev1", 11)],
            DeviceArcs.Of(told.State.Times).Select(a => (a.Device, Math.Round(a.Took.TotalMilliseconds, 3))));
    }

    [Fact]
    public void What_a_source_does_with_its_devices_once_everything_is_sent_is_no_part_of_the_blackout() =>
        Assert.DoesNotContain(DeviceArcs.Of(ToldSwitchover.OfOneDevice().Downtime(182).RunsOnDestination().State.Times), a => a.Arc == new Arc(StopCopy, Stop));

    [Theory]
    [InlineData(PreCopyP2P, true)]
    [InlineData(StopCopy, true)]
    [InlineData(Resuming, true)]
    [InlineData(Stop, true)]
    [InlineData(RunningP2P, false)]
    public void A_device_of_a_guest_that_runs_again_was_reset_if_it_did_not_pass_RUNNING_P2P(DeviceState from, bool isReset)
    {
        DeviceMove[] before = [Move(PreCopyP2P, MigrationSide.Source), Move(from, MigrationSide.Destination)];

        Assert.Equal(isReset, DeviceArcs.IsReset(before, Move(Running, MigrationSide.Destination), runsAgain: true, isGivenUp: false));
    }

    [Theory]
    [InlineData(PreCopy)]
    [InlineData(PreCopyP2P)]
    [InlineData(RunningP2P)]
    [InlineData(Stop)]
    public void A_device_of_the_source_that_is_RUNNING_before_its_guest_is_was_reset(DeviceState from) =>
        Assert.True(DeviceArcs.IsReset([Move(from, MigrationSide.Source)], Move(Running, MigrationSide.Source), runsAgain: false, isGivenUp: false));

    [Fact]
    public void Pre_copy_that_is_given_up_ends_in_RUNNING_and_is_no_reset() =>
        Assert.False(DeviceArcs.IsReset([Move(PreCopy, MigrationSide.Source)], Move(Running, MigrationSide.Source), runsAgain: false, isGivenUp: true));

    [Fact]
    public void A_device_without_P2P_goes_to_RUNNING_at_once() =>
        Assert.False(DeviceArcs.IsReset([Move(StopCopy, MigrationSide.Source)], Move(Running, MigrationSide.Source), runsAgain: true, isGivenUp: false));

    private static DeviceMove Move(DeviceState state, MigrationSide side) => new(side, "dev0", state, false, default);
}
