using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>The recovery table of machines whose manager carries out both ends: what both hosts answer decides, and nothing is resumed or ended on a guess.</summary>
public sealed class ManagedRecoveryTests
{
    private const long Step = 100_000_000;
    private const int MostSteps = 1000;

    private static readonly HypervisorReport Running = new(GuestRunState.Running, HypervisorMigrationStatus.None, "running", null);
    private static readonly HypervisorReport RunningInJob = new(GuestRunState.Running, HypervisorMigrationStatus.Active, "running, migrating", null);
    private static readonly HypervisorReport Left = new(GuestRunState.Migrated, HypervisorMigrationStatus.None, "paused (migration)", null);
    private static readonly HypervisorReport LeftInJob = new(GuestRunState.Finishing, HypervisorMigrationStatus.Device, "paused (migration), migrating", null);
    private static readonly HypervisorReport Incoming = new(GuestRunState.Incoming, HypervisorMigrationStatus.Setup, "paused (migration), migrating", null);
    private static readonly HypervisorReport None = new(GuestRunState.Absent, HypervisorMigrationStatus.None, "no such domain", null);
    private const HypervisorReport? Silent = null;

    public static TheoryData<string, HypervisorReport?, HypervisorReport?, bool, MigrationOutcome, string, string> Table => new()
    {
        { "it runs on the source, and the destination is without it", Running, None, false, MigrationOutcome.Recovered, "", "runs on the source" },
        { "it runs on the source in a job that nobody holds any more", RunningInJob, Incoming, false, MigrationOutcome.Recovered, "Source Cancel", "runs on the source" },
        { "it runs on the destination, and the source is without it", None, Running, false, MigrationOutcome.Completed, "", "runs on the destination" },
        { "it runs on the destination, and the source was left with a copy", Left, Running, true, MigrationOutcome.Completed, "Source Quit", "runs on the destination" },
        { "the source was left standing, and the destination is without it", Left, None, false, MigrationOutcome.Recovered, "Source Continue", "runs on the source" },
        { "the source was left standing, and the destination ran it and lost it", Left, None, true, MigrationOutcome.NeedsPerson, "", "start it anew from its disks" },
        { "the source was left standing, and the destination does not answer", Left, Silent, false, MigrationOutcome.NeedsPerson, "", "resume nothing" },
        { "it stands on both", Left, Incoming, false, MigrationOutcome.NeedsPerson, "", "stands on both hosts" },
        { "it runs on both", Running, Running, false, MigrationOutcome.NeedsPerson, "", "runs on both hosts" },
        { "it runs on the source, and the destination does not answer", Running, Silent, false, MigrationOutcome.NeedsPerson, "", "is not known" },
        { "it runs on the destination, and the source does not answer", Silent, Running, true, MigrationOutcome.NeedsPerson, "", "never resume it" },
        { "neither answers", Silent, Silent, false, MigrationOutcome.NeedsPerson, "", "not known where the guest runs" },
        { "it is on neither", None, None, false, MigrationOutcome.NeedsPerson, "", "start it anew from its disks" },
        { "the source's process died, and the destination waits for the rest", None, Incoming, false, MigrationOutcome.NeedsPerson, "", "not on" },
        { "the stop phase does not end", LeftInJob, Incoming, false, MigrationOutcome.NeedsPerson, "", "does not end" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_both_hosts_answer_decides(
        string row, HypervisorReport? source, HypervisorReport? destination, bool isHandedOver, MigrationOutcome outcome, string told, string reason)
    {
        var (state, orders) = Recover(source, destination, isHandedOver);

        Assert.True(outcome == state.IntendedOutcome, $"{row}: {state.IntendedOutcome}, {state.Reason}");
        Assert.Equal(told, string.Join(", ", orders));
        Assert.Contains(reason, state.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_is_never_continued_while_the_destination_was_not_seen_to_be_without_the_guest() => Assert.All(
        Table.Select(row => row.Data).Where(row => row.Item3?.Guest != GuestRunState.Absent),
        row => Assert.DoesNotContain("Source Continue", Recover(row.Item2, row.Item3, row.Item4).Orders));

    [Fact]
    public void A_source_that_is_said_to_run_is_asked_again_since_its_process_may_have_just_died()
    {
        var (state, _) = Recover(Running, None, false, afterFirstAnswer: None);

        Assert.Equal(MigrationOutcome.NeedsPerson, state.IntendedOutcome);
    }

    [Fact]
    public void A_source_is_never_ended_while_the_destination_was_not_seen_to_run_the_guest() => Assert.All(
        Table.Select(row => row.Data).Where(row => row.Item3?.Guest != GuestRunState.Running),
        row => Assert.DoesNotContain("Source Quit", Recover(row.Item2, row.Item3, row.Item4).Orders));

    /// <summary>Answers what is asked until it ends; what is told takes effect as it does on a healthy host.</summary>
    private static (HypervisorState State, IReadOnlyList<string> Orders) Recover(HypervisorReport? source, HypervisorReport? destination, bool isHandedOver, HypervisorReport? afterFirstAnswer = null)
    {
        var plan = new HypervisorPlan { SourceAddress = "source", DestinationAddress = "destination", IsManaged = true, KnowsDevices = false, TellsArcs = false };
        var orders = new List<string>();
        var step = HypervisorEngine.Recover(plan, isHandedOver, 0);
        var (state, now) = (step.State, 0L);
        var waiting = new Queue<EngineCommand>(step.Commands);
        for (var i = 0; i < MostSteps && state.Stage != HypervisorStage.Ended; i++)
        {
            while (waiting.TryDequeue(out var command))
            {
                if (command is not TellHypervisor order)
                {
                    continue;
                }

                if (order.Order is not (HypervisorOrder.Report or HypervisorOrder.Restore))
                {
                    orders.Add($"{order.Side} {order.Order}");
                }

                (source, destination) = order.Order switch
                {
                    HypervisorOrder.Cancel => (Running, None),
                    HypervisorOrder.Continue => (Running, destination),
                    HypervisorOrder.Quit => (None, destination),
                    _ => (source, destination),
                };
                var report = order.Side == MigrationSide.Source ? source : destination;
                Take(order.Order == HypervisorOrder.Report && report is null
                    ? new HypervisorAnswered(order.Side, order.Order, "no answer.", HypervisorFault.NotFound)
                    : new HypervisorAnswered(order.Side, order.Order, Report: order.Order == HypervisorOrder.Report ? report : null));
                source = order is { Order: HypervisorOrder.Report, Side: MigrationSide.Source } ? afterFirstAnswer ?? source : source;
            }

            now += Step;
            Take(new Woke(state.WakeAtNanoseconds));
        }

        return (state, orders);

        void Take(EngineEvent happened)
        {
            var next = HypervisorEngine.Advance(state, happened, now);
            state = next.State;
            foreach (var command in next.Commands)
            {
                waiting.Enqueue(command);
            }
        }
    }
}
