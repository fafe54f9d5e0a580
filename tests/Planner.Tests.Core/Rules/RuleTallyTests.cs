using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Rules;

public sealed class RuleTallyTests
{
    [Fact]
    public void Commits_violations_and_their_interval_are_counted()
    {
        var report = Tally(
            Commit(0.1, completion: 10, oracle: 8),
            Commit(0.3, completion: 12, oracle: 9),
            Commit(0.4, completion: 5, oracle: 9),
            Stayed(oracle: 7),
            Stayed(oracle: null));

        Assert.Equal((5, 15, 3, 1, 1), (report.Migrations, report.Decisions, report.Commits, report.Violations, report.FalseAborts));
        Assert.Equal((0.0084, 0.9057), (Math.Round(report.ViolationsLow, 4), Math.Round(report.ViolationsHigh, 4)));
        Assert.Equal((0.3, 0.4), (report.BlackoutP50Seconds, report.BlackoutP99Seconds));
        Assert.Equal((10.0, 2.0), (report.CompletionP50Seconds, report.RegretP50Seconds));
        Assert.Null(report.Coverage);
        Assert.Null(report.UnboundedShare);
        Assert.Null(report.PinballLossSeconds);
    }

    [Fact]
    public void Coverage_counts_the_commits_that_kept_to_their_own_bound()
    {
        var report = Tally(
            Commit(0.1, bound: 0.2, unbounded: 0),
            Commit(0.3, bound: 0.2, unbounded: 1),
            Stayed(oracle: null) with { UnboundedDecisions = 3 });

        Assert.Equal(0.5, report.Coverage);
        Assert.Equal(4 / 9.0, report.UnboundedShare);
        Assert.Equal((0.9 * 0.1 + 0.1 * 0.1) / 2, report.PinballLossSeconds!.Value, 12);
    }

    [Fact]
    public void Nothing_counted_gives_no_figures()
    {
        var report = Tally();

        Assert.Equal((0, 0, 0.0, 1.0), (report.Commits, report.Violations, report.ViolationsLow, report.ViolationsHigh));
        Assert.Null(report.BlackoutP99Seconds);
        Assert.Null(report.CompletionP50Seconds);
        Assert.Null(report.RegretP50Seconds);
    }

    [Fact]
    public void Tallies_of_parts_are_merged()
    {
        var part = New();
        part.Add(Commit(0.1));
        var whole = New();
        whole.Add(Commit(0.5));
        whole.Merge(part);

        Assert.Equal((2, 1), (whole.Report().Commits, whole.Report().Violations));
    }

    private static RuleTally New() => new("earliest", 0.3, 0.9);

    private static RuleReport Tally(params RuleOutcome[] outcomes)
    {
        var tally = New();
        Array.ForEach(outcomes, tally.Add);
        return tally.Report();
    }

    private static RuleOutcome Commit(double blackout, double completion = 1, double? oracle = null, double? bound = null, int? unbounded = null) => new()
    {
        Decisions = 3,
        UnboundedDecisions = unbounded,
        BlackoutSeconds = blackout,
        BoundSeconds = bound,
        CompletionSeconds = completion,
        OracleCompletionSeconds = oracle,
    };

    private static RuleOutcome Stayed(double? oracle) => new() { Decisions = 3, OracleCompletionSeconds = oracle };
}
