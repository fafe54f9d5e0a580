using Planner.Evaluation;

namespace Planner.Cli;

/// <summary>Gathers what rules made of the cells of a grid.</summary>
internal static class WorkloadRules
{
    private const string Kind = "workloads";

    /// <summary>The figures of rules, for every limit and confidence. Those of rules that know no confidence are repeated.</summary>
    /// <param name="file">The workloads' file; null where there is only one.</param>
    /// <param name="grid">The grid that was run.</param>
    /// <param name="tallies">What came of it.</param>
    /// <param name="by">What is kept apart.</param>
    /// <param name="rules">The rules to show.</param>
    public static IEnumerable<RuleRow> Gather(string? file, WorkloadGrid grid, IReadOnlyList<GridTally> tallies, Grouping by, IReadOnlyList<string> rules)
    {
        var groups = tallies
            .Where(t => rules.Contains(t.Tally.Rule))
            .GroupBy(t => (Part: PartOf(t.Cell, by), t.Cell.LimitSeconds, t.Tally.Rule, Confidence: RuleNames.IsPeer(t.Tally.Rule) ? double.NaN : t.Cell.Confidence))
            .ToDictionary(g => g.Key, g => Pool(g.Key.Rule, g.Key.LimitSeconds, [.. g]));
        var parts = groups.Keys.Select(k => k.Part).Distinct().ToList();
        foreach (var part in parts)
        {
            foreach (var limit in grid.LimitSeconds)
            {
                foreach (var confidence in grid.Confidences)
                {
                    foreach (var rule in rules.OrderBy(RuleNames.Place))
                    {
                        if (groups.TryGetValue((part, limit, rule, RuleNames.IsPeer(rule) ? double.NaN : confidence), out var report))
                        {
                            yield return new RuleRow(Kind, Keys(file, part, by), report with { Confidence = confidence });
                        }
                    }
                }
            }
        }
    }

    private static RuleReport Pool(string rule, double limit, IReadOnlyList<GridTally> tallies)
    {
        var all = new RuleTally(rule, limit, tallies[0].Tally.Confidence);
        foreach (var tally in tallies)
        {
            all.Merge(tally.Tally);
        }

        return all.Report();
    }

    private static (string? Memory, string? Link, string? Devices) PartOf(GridCell cell, Grouping by) => by switch
    {
        Grouping.Cell => (cell.Memory, cell.Link, cell.Devices),
        Grouping.Group => (null, null, cell.Devices),
        _ => default,
    };

    private static List<(string Name, string Value)> Keys(string? file, (string? Memory, string? Link, string? Devices) part, Grouping by)
    {
        List<(string Name, string? Value)> keys = [("file", file), ("memory", part.Memory), ("link", part.Link), ("devices", part.Devices)];
        return [.. keys.Where(k => k.Value is not null).Select(k => (k.Name, k.Value!))];
    }
}
