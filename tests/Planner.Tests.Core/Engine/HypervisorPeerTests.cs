using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>States that a hypervisor really has and that the way to the destination does not lead through, and guests that their owner has paused.</summary>
public sealed class HypervisorPeerTests
{
    private const string Unplug = "wait-unplug: the guest has yet to give a network device back";

    private static readonly HypervisorReport Waiting = new(GuestRunState.Incoming, HypervisorMigrationStatus.Active, "inmigrate/active", null);
    private static readonly HypervisorReport Loaded = new(GuestRunState.Paused, HypervisorMigrationStatus.Completed, "paused/completed", null);

    [Fact]
    public void A_cancel_that_sticks_ends_the_destination_and_leaves_the_guest_on_the_source_in_time()
    {
        var told = new ToldSwitchover().Feed(0, new CancelRequested());
        var at = 0.0;
        while (told.State.Stage == HypervisorStage.Resolving && at < 60_000)
        {
            told.Answered(at += 100, HypervisorOrder.Report, MigrationSide.Source, Source(GuestRunState.Running, HypervisorMigrationStatus.Cancelling, "running/cancelling"));
            Destination(told, at, HasQuit(told) ? null : Waiting);
            told.Feed(at + 50, new Woke(told.State.WakeAtNanoseconds));
        }

        var (outcome, reason) = told.End(at + 100);
        Assert.Equal(MigrationOutcome.Stayed, outcome);
        Assert.InRange(at, 0, 10_000);
        Assert.True(HasQuit(told));
        Assert.Contains("running/cancelling", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(told.Commands, c => c is TellHypervisor { Order: HypervisorOrder.Continue });
    }

    [Theory]
    [InlineData(GuestRunState.Finishing, GuestRunState.Running)]
    [InlineData(GuestRunState.Migrated, GuestRunState.Running)]
    [InlineData(GuestRunState.Migrated, GuestRunState.Paused)]
    public void In_post_copy_neither_side_is_ended_and_a_person_is_called(GuestRunState here, GuestRunState there)
    {
        var told = new ToldSwitchover();
        told.Stopped(10, lastPass: 5).Source(11, new MigrationChanged(HypervisorMigrationStatus.PostCopy) { ReceivedNanoseconds = 0, Words = "postcopy-active: post-copy" });
        told.Answered(12, HypervisorOrder.Report, MigrationSide.Source, Source(here, HypervisorMigrationStatus.PostCopy, $"{here}/postcopy-active"));
        told.Answered(13, HypervisorOrder.Report, MigrationSide.Destination, new HypervisorReport(there, HypervisorMigrationStatus.PostCopy, "running/postcopy-active", null));

        Assert.Equal((HypervisorStage.Ended, MigrationOutcome.NeedsPerson), (told.State.Stage, told.State.IntendedOutcome));
        Assert.Contains("End neither", told.State.Reason, StringComparison.Ordinal);
        Assert.Contains("postcopy-active", told.State.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(told.Commands, c => c is TellHypervisor { Order: HypervisorOrder.Quit or HypervisorOrder.Cancel or HypervisorOrder.Continue });
    }

    [Fact]
    public void A_source_in_post_copy_is_refused_and_nobody_is_told_to_cancel_it()
    {
        var step = HypervisorEngine.Start(new ToldSwitchover().State.Plan, 0);
        step = HypervisorEngine.Advance(step.State, new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Report, Report: Waiting), 1);
        step = HypervisorEngine.Advance(step.State, new HypervisorAnswered(
            MigrationSide.Source, HypervisorOrder.Report, Report: Source(GuestRunState.Migrated, HypervisorMigrationStatus.PostCopy, "postmigrate/postcopy-paused")), 2);

        Assert.Equal((HypervisorStage.Ended, MigrationOutcome.Stayed), (step.State.Stage, step.State.IntendedOutcome));
        Assert.Contains("postcopy-paused", step.State.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("cancel", step.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_does_not_come_to_pre_copy_is_left_with_the_state_that_it_is_in()
    {
        var told = new ToldSwitchover();
        told.Source(1, new MigrationChanged(HypervisorMigrationStatus.Setup) { ReceivedNanoseconds = 0, Words = Unplug });
        var (outcome, reason) = Silence(told);

        Assert.Equal(MigrationOutcome.Recovered, outcome);
        Assert.Contains(Unplug, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_whose_answers_hold_nothing_to_decide_from_is_left_running_and_what_was_not_believed_is_named()
    {
        var told = new ToldSwitchover();
        told.Source(1, new AnswerDistrusted("'ram.remaining' was not believed") { ReceivedNanoseconds = 0 });
        told.Source(2, new AnswerDistrusted("'ram.total' was not believed") { ReceivedNanoseconds = 0 });
        var (outcome, reason) = Silence(told);

        Assert.Equal(MigrationOutcome.Stayed, outcome);
        Assert.Contains("'ram.remaining'", reason, StringComparison.Ordinal);
        Assert.Contains("'ram.total'", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Giving_up_needs_no_report_that_can_be_read(bool isAnswered)
    {
        var told = new ToldSwitchover().Feed(0, new CancelRequested());
        told.Feed(1, isAnswered
            ? new HypervisorAnswered(MigrationSide.Source, HypervisorOrder.Report, Report: Source(GuestRunState.Unknown, HypervisorMigrationStatus.Other, "unknown/unknown"))
            : new HypervisorAnswered(MigrationSide.Source, HypervisorOrder.Report, "the answer cannot be read", HypervisorFault.NotAMonitor));
        Destination(told, 1, Waiting);

        Assert.Contains(new TellHypervisor(MigrationSide.Source, HypervisorOrder.Cancel), told.Commands);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_guest_that_shuts_itself_down_in_pre_copy_needs_nobody_and_was_not_paused(bool isProcessKept)
    {
        var told = new ToldSwitchover();
        told.Source(100, new GuestEnded("guest-shutdown") { ReceivedNanoseconds = 0 });
        if (isProcessKept)
        {
            told.Source(101, new GuestStopped { ReceivedNanoseconds = 0 });
            told.Answered(102, HypervisorOrder.Report, MigrationSide.Source, Source(GuestRunState.Over, HypervisorMigrationStatus.Active, "shutdown/active"));
        }
        else
        {
            told.Source(101, new MonitorLost("the connection was closed") { ReceivedNanoseconds = 0 });
            told.Feed(102, new HypervisorAnswered(MigrationSide.Source, HypervisorOrder.Report, "nothing listens", HypervisorFault.NotFound));
        }

        Destination(told, 103, Waiting);
        var (outcome, reason) = told.End();

        Assert.Equal(MigrationOutcome.Recovered, outcome);
        Assert.Contains("has shut itself down during the migration (guest-shutdown)", reason, StringComparison.Ordinal);
        Assert.Null(told.State.Pause);
        AssertNobodyContinues(told);
    }

    [Fact]
    public void A_paused_guest_arrives_paused_and_is_told_to_run_on_neither_side()
    {
        var told = Paused();
        told.Source(100, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(200, new MigrationChanged(HypervisorMigrationStatus.Completed) { ReceivedNanoseconds = 0 });
        told.Source(201, new SwitchoverDone(0, TimeSpan.FromMilliseconds(100)) { ReceivedNanoseconds = 0 });
        told.Answered(202, HypervisorOrder.Report, MigrationSide.Source, Source(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "postmigrate/completed"));
        Destination(told, 203, Loaded);
        var (outcome, reason) = told.End();

        Assert.Equal(MigrationOutcome.Completed, outcome);
        Assert.Contains("paused as it was", reason, StringComparison.Ordinal);
        Assert.Null(told.State.Pause);
        AssertNobodyContinues(told);
    }

    [Theory]
    [InlineData(GuestRunState.Migrated, HypervisorMigrationStatus.Completed)]
    [InlineData(GuestRunState.Paused, HypervisorMigrationStatus.Failed)]
    public void A_paused_guest_that_does_not_arrive_stays_paused_on_the_source(GuestRunState guest, HypervisorMigrationStatus status)
    {
        var told = Paused();
        told.Source(100, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(200, new MigrationChanged(status) { ReceivedNanoseconds = 0 });
        told.Answered(202, HypervisorOrder.Report, MigrationSide.Source, Source(guest, status, $"{guest}/{status}"));
        Destination(told, 203, null);
        var (outcome, reason) = told.End();

        Assert.Equal(MigrationOutcome.Recovered, outcome);
        Assert.Contains("stays paused on the source", reason, StringComparison.Ordinal);
        AssertNobodyContinues(told);
    }

    [Fact]
    public void A_paused_guest_that_somebody_lets_run_in_the_middle_is_not_stopped_by_the_migration()
    {
        var told = Paused();
        told.Source(100, new GuestResumed { ReceivedNanoseconds = 0 });
        told.Answered(101, HypervisorOrder.Report, MigrationSide.Source, Source(GuestRunState.Running, HypervisorMigrationStatus.Active, "running/active"));
        Destination(told, 101, Waiting);

        Assert.Contains(new TellHypervisor(MigrationSide.Source, HypervisorOrder.Cancel), told.Commands);
        Assert.Equal(MigrationOutcome.Stayed, told.State.IntendedOutcome);
    }

    [Theory]
    [InlineData(GuestRunState.Paused, HypervisorMigrationStatus.Cancelled, false, MigrationOutcome.Recovered)]
    [InlineData(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, true, MigrationOutcome.Completed)]
    public void A_recovery_lets_a_paused_guest_run_on_neither_side(GuestRunState guest, HypervisorMigrationStatus status, bool isLoaded, MigrationOutcome expected)
    {
        var step = HypervisorEngine.Recover(Paused().State.Plan, isHandedOver: false, 0);
        var commands = new List<EngineCommand>(step.Commands);
        foreach (var answer in new[]
        {
            new HypervisorAnswered(MigrationSide.Source, HypervisorOrder.Report, Report: Source(guest, status, "")),
            new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Report, Report: isLoaded ? Loaded : Waiting),
        })
        {
            step = HypervisorEngine.Advance(step.State, answer, 1);
            commands.AddRange(step.Commands);
        }

        Assert.Equal((HypervisorStage.Restoring, expected), (step.State.Stage, step.State.IntendedOutcome));
        Assert.DoesNotContain(commands, c => c is TellHypervisor { Order: HypervisorOrder.Continue });
    }

    private static ToldSwitchover Paused() => new ToldSwitchover().With(p => p with { IsPaused = true, Limit = null });

    private static HypervisorReport Source(GuestRunState guest, HypervisorMigrationStatus status, string words) => new(guest, status, words, null);

    private static bool HasQuit(ToldSwitchover told) => told.Commands.Contains(new TellHypervisor(MigrationSide.Destination, HypervisorOrder.Quit));

    private static void AssertNobodyContinues(ToldSwitchover told) => Assert.DoesNotContain(told.Commands, c => c is TellHypervisor { Order: HypervisorOrder.Continue });

    /// <summary>The destination answers, or its process has ended.</summary>
    private static void Destination(ToldSwitchover told, double at, HypervisorReport? report) => told.Feed(at, report is null
        ? new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Report, "nothing is there", HypervisorFault.NotFound)
        : new HypervisorAnswered(MigrationSide.Destination, HypervisorOrder.Report, Report: report));

    /// <summary>Nothing more is heard in pre-copy, and then the guest is found running.</summary>
    private static (MigrationOutcome Outcome, string Reason) Silence(ToldSwitchover told)
    {
        told.Feed(11_000, new Woke(told.State.WakeAtNanoseconds));
        told.Answered(11_001, HypervisorOrder.Report, MigrationSide.Source, Source(GuestRunState.Running, HypervisorMigrationStatus.Cancelled, "running/cancelled"));
        Destination(told, 11_002, Waiting);
        return told.End(11_100);
    }
}
