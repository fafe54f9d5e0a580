using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Engine;

public sealed class HypervisorDeviceTests
{
    [Fact]
    public void A_machine_with_devices_is_not_done_at_RESUME_but_when_its_devices_run()
    {
        var told = ToldSwitchover.OfOneDevice().Downtime(182);
        told.Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        Assert.Equal(HypervisorStage.Starting, told.State.Stage);

        told.Answered(1252, HypervisorOrder.Continue);
        Assert.Equal(HypervisorStage.Restoring, told.State.Stage);
    }

    [Fact]
    public void A_blackout_beyond_the_limit_is_over_it_and_says_what_a_deadline_would_have_saved()
    {
        var (outcome, reason) = ToldSwitchover.OfOneDevice().Downtime(182).RunsOnDestination().End();

        Assert.Equal(MigrationOutcome.CompletedOverLimit, outcome);
        Assert.Contains("the blackout was 250 ms", reason, StringComparison.Ordinal);

        // Of the 250 ms 150 are not the longest arc's: with a limit of 100 ms the device would have refused at once, 21 ms after the guest stood.
        Assert.Contains("A deadline on arc PRE_COPY_P2P->STOP_COPY of dev0, which took 100 ms, would have ended this attempt after about 21.0 ms", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_uncertain_counts_against_the_limit()
    {
        var (outcome, reason) = ToldSwitchover.OfOneDevice().Downtime(182).With(p => p with { Limit = TimeSpan.FromMilliseconds(251) }).RunsOnDestination().End();

        Assert.Equal(MigrationOutcome.CompletedOverLimit, outcome);
        Assert.Contains("may have been exceeded", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_was_reset_on_the_source_needs_a_person()
    {
        var (outcome, reason) = FailedOnSource().End();

        Assert.Equal(MigrationOutcome.NeedsPerson, outcome);
        Assert.Contains("dev0", reason, StringComparison.Ordinal);
        Assert.Contains("lost its state", reason, StringComparison.Ordinal);
        Assert.Contains("runs on the source", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_event_tells_it_the_hypervisors_own_words_do()
    {
        var told = new ToldSwitchover("dev0");
        told.Stopped(1126, lastPass: 999).Source(1133, new MigrationChanged(HypervisorMigrationStatus.Failed) { ReceivedNanoseconds = 0 });
        told.Source(1134, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Answered(1150, HypervisorOrder.Report, MigrationSide.Destination, Report(GuestRunState.Incoming, HypervisorMigrationStatus.Failed));
        told.Answered(1150, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Running, HypervisorMigrationStatus.Failed) with { HasResetDevice = true });

        Assert.Equal(MigrationOutcome.NeedsPerson, told.End().Outcome);
    }

    [Fact]
    public void A_class_may_accept_that_a_device_has_lost_its_state()
    {
        var (outcome, reason) = FailedOnSource(StateLostAction.Accept).End();

        Assert.Equal(MigrationOutcome.Recovered, outcome);
        Assert.Contains("lost its state", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_was_reset_on_the_destination_needs_a_person_though_the_migration_completed()
    {
        var told = ToldSwitchover.OfOneDevice().Downtime(182);
        told.Destination(1190, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Destination, 1232, "dev0", Running).Answered(1233, HypervisorOrder.Continue);
        var (outcome, reason) = told.With(p => p with { Limit = TimeSpan.FromSeconds(1) }).End();

        Assert.Equal(MigrationOutcome.NeedsPerson, outcome);
        Assert.Contains("runs on the destination", reason, StringComparison.Ordinal);
        Assert.True(told.State.IsSettled, "nothing is left to recover");
    }

    [Fact]
    public void A_device_that_nobody_named_ends_pre_copy()
    {
        var told = new ToldSwitchover("dev0");
        told.Device(MigrationSide.Source, 10, "dev7", PreCopy);

        Assert.Equal(HypervisorStage.Resolving, told.State.Stage);
        Assert.Equal(MigrationOutcome.Stayed, told.State.IntendedOutcome);
        Assert.Contains("dev7", told.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Past_the_commit_a_device_that_nobody_named_is_told_at_the_end()
    {
        var told = ToldSwitchover.OfOneDevice();
        told.Device(MigrationSide.Source, 1150, "dev7", Running);
        var (_, reason) = told.Downtime(182).RunsOnDestination().End();

        Assert.Contains("dev7", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_somebody_stopped_and_let_run_again_in_pre_copy_ends_the_migration()
    {
        var told = new ToldSwitchover("dev0");
        told.Stopped(500, lastPass: 400).Source(600, new GuestResumed { ReceivedNanoseconds = 0 });
        Assert.Equal(HypervisorStage.Resolving, told.State.Stage);

        told.Answered(700, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Running, HypervisorMigrationStatus.Active));
        told.Answered(700, HypervisorOrder.Report, MigrationSide.Destination, Report(GuestRunState.Incoming, HypervisorMigrationStatus.Active));

        Assert.Contains(told.Commands, c => c is TellHypervisor { Side: MigrationSide.Source, Order: HypervisorOrder.Cancel });
        Assert.Contains("Somebody stopped the guest", told.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_somebody_stopped_in_pre_copy_is_found_by_asking_and_left_to_whoever_stopped_it()
    {
        var told = new ToldSwitchover("dev0");
        told.Stopped(500, lastPass: 400);
        told.Feed(1501, new Woke(told.State.WakeAtNanoseconds));
        told.Answered(1502, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Paused, HypervisorMigrationStatus.Active));
        told.Answered(1510, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Paused, HypervisorMigrationStatus.Active));
        told.Answered(1510, HypervisorOrder.Report, MigrationSide.Destination, Report(GuestRunState.Incoming, HypervisorMigrationStatus.Active));
        Assert.Contains(told.Commands, c => c is TellHypervisor { Side: MigrationSide.Source, Order: HypervisorOrder.Cancel });

        told.Feed(4000, new Woke(told.State.WakeAtNanoseconds));
        told.Answered(4001, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Paused, HypervisorMigrationStatus.Cancelled));
        told.Answered(4001, HypervisorOrder.Report, MigrationSide.Destination, Report(GuestRunState.Incoming, HypervisorMigrationStatus.Failed));

        Assert.Equal(MigrationOutcome.NeedsPerson, told.State.IntendedOutcome);
        Assert.DoesNotContain(told.Commands, c => c is TellHypervisor { Side: MigrationSide.Source, Order: HypervisorOrder.Continue });
    }

    [Fact]
    public void A_stop_that_was_not_permitted_is_said_to_be_the_hypervisors_own()
    {
        var (_, reason) = ToldSwitchover.OfOneDevice().Unpermitted().Downtime(182).RunsOnDestination().End();

        Assert.Contains("before it was permitted", reason, StringComparison.Ordinal);
    }

    private static HypervisorReport Report(GuestRunState guest, HypervisorMigrationStatus migration) => new(guest, migration, $"{guest}/{migration}", null);

    /// <summary>As QEMU 10.0 told a failed PRE_COPY_P2P->STOP_COPY.</summary>
    private static ToldSwitchover FailedOnSource(StateLostAction onStateLost = StateLostAction.HandOver)
    {
        var told = new ToldSwitchover("dev0").With(p => p with { OnStateLost = onStateLost });
        told.Device(MigrationSide.Source, 1, "dev0", PreCopy).Device(MigrationSide.Source, 1022, "dev0", PreCopyP2P).Device(MigrationSide.Source, 1124, "dev0", Running);
        told.Stopped(1126, lastPass: 999);
        told.Source(1126, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(1133, new MigrationChanged(HypervisorMigrationStatus.Failed) { ReceivedNanoseconds = 0 });
        told.Source(1133.5, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Device(MigrationSide.Source, 1134, "dev0", RunningP2P).Device(MigrationSide.Source, 1145, "dev0", Running);
        told.Answered(1150, HypervisorOrder.Report, MigrationSide.Destination, Report(GuestRunState.Incoming, HypervisorMigrationStatus.Failed));
        return told.Answered(1150, HypervisorOrder.Report, MigrationSide.Source, Report(GuestRunState.Running, HypervisorMigrationStatus.Failed));
    }
}
