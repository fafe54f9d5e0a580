using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>A guest that its hypervisor has stopped does not wait for a destination that stands still longer than the limit and the way back.</summary>
public sealed class HypervisorWaitTests
{
    // The guest stops at 1122 ms; the limit is 100 ms, and the way back counts one second.
    private const double End = 1122.5 + 1100;

    [Fact]
    public void A_rest_that_is_not_sent_ends_by_the_limit_and_the_way_back()
    {
        var told = Stopped();

        told.Feed(End - 1, new Woke(told.State.WakeAtNanoseconds));
        Assert.Equal(HypervisorStage.Stopped, told.State.Stage);

        told.Feed(End + 1, new Woke(told.State.WakeAtNanoseconds));
        Assert.Equal(HypervisorStage.Resolving, told.State.Stage);
        Assert.Contains(Tell(MigrationSide.Destination, HypervisorOrder.Quit), told.Commands);
        Assert.False(told.State.IsHandedOver);
    }

    [Fact]
    public void A_destination_that_neither_answers_nor_ends_does_not_keep_the_source_from_giving_up()
    {
        var told = Late();

        SilentDestination(told, End + 2001, new HypervisorReport(GuestRunState.Paused, HypervisorMigrationStatus.Device, "", null));

        Assert.Contains(Tell(MigrationSide.Source, HypervisorOrder.Cancel), told.Commands);
        Assert.DoesNotContain(Tell(MigrationSide.Destination, HypervisorOrder.Continue), told.Commands);
    }

    [Fact]
    public void A_source_that_has_sent_everything_runs_on_where_the_destination_is_silent_and_was_never_told_to_run()
    {
        var told = Late();

        SilentDestination(told, End + 2001, new HypervisorReport(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "", null));

        Assert.Contains(Tell(MigrationSide.Source, HypervisorOrder.Continue), told.Commands);
        Assert.DoesNotContain(Tell(MigrationSide.Destination, HypervisorOrder.Continue), told.Commands);
    }

    [Fact]
    public void After_the_order_to_run_the_source_is_never_told_to()
    {
        var told = Stopped();
        told.Source(1180, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        Assert.Contains(Tell(MigrationSide.Destination, HypervisorOrder.Continue), told.Commands);

        told.Feed(11_200, new Woke(told.State.WakeAtNanoseconds));
        for (var at = 13_000.0; told.State.Stage == HypervisorStage.Resolving && at < 200_000; at += 2000)
        {
            SilentDestination(told, at, new HypervisorReport(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "", null));
            told.Feed(at + 100, new Woke(told.State.WakeAtNanoseconds));
        }

        Assert.Equal(MigrationOutcome.NeedsPerson, told.State.IntendedOutcome);
        Assert.Contains("if the destination never ran, continue the source", told.State.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(told.Commands, c => c is TellHypervisor { Side: MigrationSide.Source, Order: HypervisorOrder.Continue or HypervisorOrder.Cancel });
    }

    [Fact]
    public void A_second_request_to_give_up_does_not_wait_long_for_a_monitor_that_is_silent()
    {
        Assert.InRange(UntilAPerson(isHurried: false), 60_000, 70_000);
        Assert.InRange(UntilAPerson(isHurried: true), 5_000, 10_000);
    }

    /// <summary>Cancels beside two monitors that do not answer.</summary>
    private static double UntilAPerson(bool isHurried)
    {
        var told = new ToldSwitchover().Feed(0, new CancelRequested());
        if (isHurried)
        {
            told.Feed(1, new HurryRequested());
        }

        var at = 0.0;
        while (told.State.Stage == HypervisorStage.Resolving && at < 200_000)
        {
            at += 2000;
            told.Feed(at, new HypervisorAnswered(MigrationSide.Source, HypervisorOrder.Report, "no answer", HypervisorFault.TimedOut));
            SilentDestination(told, at, null);
            told.Feed(at + 100, new Woke(told.State.WakeAtNanoseconds));
        }

        Assert.Equal(MigrationOutcome.NeedsPerson, told.State.IntendedOutcome);
        return at;
    }

    private static ToldSwitchover Stopped()
    {
        var told = new ToldSwitchover();
        told.Stopped(1122, lastPass: 997);
        return told.Source(1122, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
    }

    private static ToldSwitchover Late()
    {
        var told = Stopped();
        return told.Feed(End + 1, new Woke(told.State.WakeAtNanoseconds));
    }

    private static void SilentDestination(ToldSwitchover told, double at, HypervisorReport? source)
    {
        if (source is not null)
        {
            told.Answered(at, HypervisorOrder.Report, MigrationSide.Source, source);
        }

        told.Feed(at, new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Report, "no answer", HypervisorFault.TimedOut));
    }

    private static TellHypervisor Tell(MigrationSide side, HypervisorOrder order) => new(side, order);
}
