using Planner.Policies;

namespace Planner.Simulation;

/// <summary>Turns the tallies of a grid into the rows that are printed.</summary>
public static class GridReports
{
    private const string Kind = "workloads";

    /// <summary>Counts cells together.</summary>
    /// <param name="tallies">All tallies of a grid.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="grouping">Which cells are counted together.</param>
    /// <returns>A row for every group, rule and confidence. Rules that know no confidence have the same row under each.</returns>
    /// <remarks>Where limits are counted together, violations are still those of each commit's own limit, and the row's limit is 0.</remarks>
    public static IReadOnlyList<RuleReport> Rows(IReadOnlyList<GridTally> tallies, WorkloadGrid grid, GridGrouping grouping)
    {
        var rows = new List<RuleReport>();
        foreach (var group in tallies.GroupBy(t => (Key(t.Cell, grouping), t.Tally.Rule, Confidence: KnowsConfidence(t.Tally.Rule) ? t.Cell.Confidence : 0)))
        {
            var (key, rule, confidence) = group.Key;
            var confidences = confidence > 0 ? [confidence] : grid.Confidences;
            rows.AddRange(confidences.Select(c => Row(key, rule, c, [.. group])));
        }

        return [.. rows.OrderBy(r => r.Devices).ThenBy(r => r.Link).ThenBy(r => r.Memory).ThenBy(r => r.LimitSeconds).ThenBy(r => r.Confidence)];
    }

    private static bool KnowsConfidence(string rule) => !PeerRules.Names.Contains(rule);

    private static GridCell Key(GridCell cell, GridGrouping grouping) => grouping switch
    {
        GridGrouping.Limit => new GridCell("", "", "", cell.LimitSeconds, 0),
        GridGrouping.Devices => new GridCell("", "", cell.Devices, 0, 0),
        _ => cell with { Confidence = 0 },
    };

    private static RuleReport Row(GridCell key, string rule, double confidence, List<GridTally> group)
    {
        var all = new RuleTally(rule, key.LimitSeconds, confidence);
        foreach (var tally in group)
        {
            all.Merge(tally.Tally);
        }

        return all.Report() with
        {
            Kind = Kind,
            Memory = key.Memory.Length > 0 ? key.Memory : null,
            Link = key.Link.Length > 0 ? key.Link : null,
            Devices = key.Devices.Length > 0 ? key.Devices : null,
        };
    }
}
