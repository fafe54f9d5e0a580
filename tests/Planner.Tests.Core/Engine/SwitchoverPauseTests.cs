using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

public sealed class SwitchoverPauseTests
{
    [Fact]
    public void What_a_manager_counts_beyond_RESUME_counts_where_nothing_tells_of_the_destinations_arcs()
    {
        static SwitchoverMoment At(int milliseconds) => new(TimeSpan.FromDays(20000) + TimeSpan.FromMilliseconds(milliseconds), milliseconds * 1_000_000L);
        var times = new SwitchoverTimes { LastRan = At(90), Stopped = At(100), Sent = At(150), Resumed = At(200), ResumedOn = MigrationSide.Destination };

        Assert.Equal(110, SwitchoverPause.Of(times, hasDevices: true)!.Length.TotalMilliseconds, 0.01);
        var counted = SwitchoverPause.Of(times with { ManagerDowntime = TimeSpan.FromMilliseconds(340) }, hasDevices: true)!;
        Assert.Equal(340, counted.Length.TotalMilliseconds, 0.01);
        Assert.Contains("manager", counted.Basis, StringComparison.Ordinal);
        Assert.Equal(100, SwitchoverPause.Of(times with { ManagerDowntime = TimeSpan.FromMilliseconds(340) }, hasDevices: false)!.Length.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void A_blackout_with_a_device_reaches_from_its_first_arc_to_its_last()
    {
        var pause = ToldSwitchover.OfOneDevice().Downtime(183).RunsOnDestination().State.Pause!;

        Assert.Equal(250, pause.Length.TotalMilliseconds, 0.01);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 0.1, 5);
    }

    [Fact]
    public void Where_no_event_tells_the_beginning_the_sources_own_count_does()
    {
        var pause = ToldSwitchover.OfOneDevice(isPrepareTold: false).Downtime(182).RunsOnDestination().State.Pause!;

        Assert.Equal(250, pause.Length.TotalMilliseconds, 1.0);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 1, 10);
        Assert.InRange((pause.AtMost - pause.Length).TotalMilliseconds, 1, 3);
        Assert.Contains("downtime", pause.Basis, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_either_the_last_pass_bounds_it_and_the_whole_arc_is_uncertain()
    {
        var pause = ToldSwitchover.OfOneDevice(isPrepareTold: false).RunsOnDestination().State.Pause!;

        Assert.Equal(253, pause.Length.TotalMilliseconds, 0.01);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 124, 130);
        Assert.InRange(pause.AtMost - pause.Length, TimeSpan.Zero, TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public void Two_counts_that_contradict_each_other_are_the_larger_one()
    {
        var pause = ToldSwitchover.OfOneDevice().Downtime(400).RunsOnDestination().State.Pause!;

        Assert.Equal(400 + 68, pause.Length.TotalMilliseconds, 0.01);
        Assert.Contains("contradict", pause.Basis, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-3_600_000)]
    [InlineData(-150)]
    [InlineData(-40)]
    [InlineData(-5)]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(40)]
    [InlineData(200)]
    [InlineData(3_600_000)]
    public void A_destination_whose_clock_is_wrong_is_counted_by_the_answer_to_the_order_to_run(double offset)
    {
        var pause = ToldSwitchover.OfOneDevice(destinationOffset: offset).Downtime(183).RunsOnDestination().State.Pause!;

        Assert.InRange(pause.Length.TotalMilliseconds, 250 - pause.Uncertainty.TotalMilliseconds, 250 + pause.Uncertainty.TotalMilliseconds);
        Assert.InRange(250, pause.AtLeast.TotalMilliseconds, pause.AtMost.TotalMilliseconds);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 1, 15);
    }

    [Fact]
    public void Without_events_of_devices_the_whole_comes_from_the_sources_count_and_the_answer()
    {
        var told = new ToldSwitchover("dev0");
        told.Stopped(1122, lastPass: 997);
        told.Source(1122, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(1182, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        told.Downtime(182).Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Answered(1252, HypervisorOrder.Continue);

        Assert.Equal(182 + 69.5, told.State.Pause!.Length.TotalMilliseconds, 1.0);
        Assert.InRange(told.State.Pause.Uncertainty.TotalMilliseconds, 2, 15);
    }

    [Fact]
    public void An_answer_that_did_not_come_leaves_the_end_uncertain()
    {
        var told = ToldSwitchover.OfOneDevice(destinationOffset: 3_600_000).Downtime(183);
        told.Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Destination, 1240, "dev0", DeviceState.RunningP2P).Device(MigrationSide.Destination, 1250, "dev0", DeviceState.Running);
        told.Feed(11_190, new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Continue, "no answer", HypervisorFault.TimedOut));
        told.Answered(11_200, HypervisorOrder.Report, MigrationSide.Source, new HypervisorReport(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "", null));
        told.Answered(11_200, HypervisorOrder.Report, report: new HypervisorReport(GuestRunState.Running, HypervisorMigrationStatus.Completed, "", null));

        Assert.InRange(250, told.State.Pause!.AtLeast.TotalMilliseconds, told.State.Pause.AtMost.TotalMilliseconds);
        Assert.True(told.State.Pause.Uncertainty > TimeSpan.FromSeconds(1), "it is said to be known");
    }

    [Fact]
    public void What_only_some_of_the_devices_tell_is_not_counted()
    {
        var told = ToldSwitchover.OfOneDevice().With(p => p with { TellsArcs = false }).Downtime(183);
        told.Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Destination, 1240, "dev0", DeviceState.RunningP2P).Device(MigrationSide.Destination, 1250, "dev0", DeviceState.Running);
        told.Answered(1292, HypervisorOrder.Continue);

        // Another device, which tells nothing, ran 40 ms later.
        Assert.Equal(183 + 109.5, told.State.Pause!.Length.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void The_last_answer_before_a_stop_bounds_a_pause_of_which_nothing_else_is_known()
    {
        // Pass 1 of a large guest began a minute ago.
        var told = new ToldSwitchover("dev0");
        told.Source(60_950, new PreCopyProgressed { ReceivedNanoseconds = 0, DeviceSentBytes = 0 });
        told.Stopped(61_100, lastPass: 1000).Source(61_200, new GuestResumed { ReceivedNanoseconds = 0 });

        Assert.Equal(250, told.State.Pause!.Length.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void A_machine_without_devices_is_counted_from_STOP_to_RESUME()
    {
        var pause = Plain(downtime: 61).State.Pause!;

        Assert.Equal(68, pause.Length.TotalMilliseconds, 0.01);
        Assert.InRange(pause.Uncertainty.TotalMilliseconds, 1, 10);
    }

    [Fact]
    public void A_machine_without_devices_whose_source_counts_far_more_is_believed()
    {
        // Whatever stopped it before STOP was told: a device that nobody named.
        var pause = Plain(downtime: 361).State.Pause!;

        Assert.Equal(361 + 8, pause.Length.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void A_guest_that_comes_back_to_the_source_stood_until_its_devices_ran()
    {
        var told = new ToldSwitchover("dev0");
        told.Device(MigrationSide.Source, 1, "dev0", DeviceState.PreCopy);
        told.Device(MigrationSide.Source, 1000, "dev0", DeviceState.PreCopyP2P, isPreparing: true);
        told.Device(MigrationSide.Source, 1050, "dev0", DeviceState.PreCopyP2P);
        told.Device(MigrationSide.Source, 1150, "dev0", DeviceState.StopCopy);
        told.Stopped(1151, lastPass: 997);
        told.Source(1174, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Source, 1265, "dev0", DeviceState.RunningP2P);
        told.Device(MigrationSide.Source, 1285, "dev0", DeviceState.Running);

        Assert.Equal(285, told.State.Pause!.Length.TotalMilliseconds, 0.01);
    }

    private static ToldSwitchover Plain(double downtime)
    {
        var told = new ToldSwitchover();
        told.Ran(1118).Stopped(1122, lastPass: 1120);
        told.Source(1122, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(1182, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        return told.Downtime(downtime).Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
    }
}
