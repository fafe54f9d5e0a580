namespace Planner.Evaluation;

/// <summary>Holds the planner's rules against the others', cell by cell.</summary>
public static class GridComparison
{
    /// <summary>The rules that are not the planner's and cannot see the truth.</summary>
    private static readonly string[] Peers = [.. PeerRules.Names.Where(name => name != GridColumn.OracleName)];

    /// <summary>The cells in which a peer has a smaller share of violations and a shorter median completion.</summary>
    /// <param name="tallies">All tallies of a grid.</param>
    /// <param name="rule">One of the planner's rules.</param>
    /// <remarks>Shares as counted, without a test: where both commit some hundred machines, one violation by chance is enough.</remarks>
    public static IReadOnlyList<PeerAdvantage> BetterInBoth(IReadOnlyList<GridTally> tallies, string rule)
    {
        var peers = tallies.Where(t => Peers.Contains(t.Tally.Rule)).ToLookup(t => t.Cell with { Confidence = 0 }, t => t.Tally.Report());
        return
        [
            .. from ours in tallies
               where ours.Tally.Rule == rule
               let mine = ours.Tally.Report()
               from theirs in peers[ours.Cell with { Confidence = 0 }]
               where theirs.Commits > 0 && Share(theirs) < Share(mine) && theirs.CompletionP50Seconds < mine.CompletionP50Seconds
               select new PeerAdvantage(ours.Cell, mine, theirs),
        ];
    }

    private static double Share(RuleReport report) => report.Commits > 0 ? (double)report.Violations / report.Commits : 0;
}
