using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>What is refused before anything is touched stays as it is, and calls nobody.</summary>
public sealed class HypervisorRefusalTests
{
    private const string Moved = "it was migrated to qmp:b at noon; it runs there";

    [Theory]
    [InlineData(null, "was migrated away (postmigrate/completed): look where it runs, and do not continue it here.")]
    [InlineData(Moved, "was migrated away (postmigrate/completed): it was migrated to qmp:b at noon; it runs there.")]
    public void A_source_that_was_migrated_away_is_not_advised_to_be_continued(string? moved, string said)
    {
        var (outcome, reason) = Find(moved, new HypervisorReport(GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "postmigrate/completed", null));

        Assert.Equal(MigrationOutcome.Stayed, outcome);
        Assert.EndsWith(said, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("recover", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_whose_process_has_ended_is_looked_for_and_calls_nobody()
    {
        var (outcome, reason) = Find(null, null);

        Assert.Equal(MigrationOutcome.Stayed, outcome);
        Assert.StartsWith("Nothing was touched, since the process of qmp:a has ended", reason, StringComparison.Ordinal);
        Assert.EndsWith($"has ended: {Moved}.", Find(Moved, null).Reason, StringComparison.Ordinal);
    }

    private static (MigrationOutcome Outcome, string Reason) Find(string? moved, HypervisorReport? source)
    {
        var state = HypervisorEngine.Start(new HypervisorPlan { SourceAddress = "qmp:a", DestinationAddress = "qmp:b", Moved = moved }, 0).State;
        HypervisorAnswered Answer(MigrationSide side, HypervisorReport? report) => new(side, HypervisorOrder.Report)
        {
            Report = report,
            Trouble = report is null ? "it is gone" : null,
            Fault = HypervisorFault.NotFound,
        };
        state = HypervisorEngine.Advance(state, Answer(MigrationSide.Source, source), 1).State;
        var end = HypervisorEngine.Advance(state, Answer(MigrationSide.Destination, new HypervisorReport(GuestRunState.Running, HypervisorMigrationStatus.None, "running/none", null)), 2);
        Assert.Equal(SessionPhase.Ended, end.State.Phase);
        Assert.DoesNotContain(end.Commands, c => c is OpenJournal or TellHypervisor { Order: not HypervisorOrder.Report });
        return (end.State.IntendedOutcome, end.State.Reason);
    }
}
