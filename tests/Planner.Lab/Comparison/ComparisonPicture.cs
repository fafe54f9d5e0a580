using Planner.Evaluation;

namespace Planner.Lab;

/// <summary>Draws compared migrations: each a mark at its length and its blackout, a panel a cell.</summary>
public static class ComparisonPicture
{
    private const double LeastMilliseconds = 5;
    private static readonly ChartMark[] Marks = [ChartMark.Circle, ChartMark.Square, ChartMark.Triangle, ChartMark.Diamond];

    /// <summary>The picture as SVG.</summary>
    /// <param name="migrations">The migrations; those for evidence, and those that did not complete, are passed over.</param>
    public static string Of(IReadOnlyList<ComparedMigration> migrations)
    {
        var done = migrations.Where(m => m is { Run: > 0, IsCompleted: true }).ToList();
        var most = Math.Max(2 * LeastMilliseconds, done.Select(m => m.BlackoutSeconds!.Value * 1e3).DefaultIfEmpty(0).Max());
        var y = new ChartAxis("blackout, ms", AxisScale.Log, LeastMilliseconds, Math.Pow(10, Math.Ceiling(Math.Log10(most))));
        var panels = done.GroupBy(m => m.Cell).OrderBy(g => ComparisonOrder.Cell(g.Key)).Select(cell => Panel(cell.Key, [.. cell], y)).ToList();
        return SvgChart.Write("Blackout and length of real migrations, rule by rule", panels);
    }

    private static ChartPanel Panel(string cell, IReadOnlyList<ComparedMigration> migrations, ChartAxis y)
    {
        var x = ChartAxis.Around("length of the migration, s", migrations.Select(m => m.TotalSeconds), fromZero: false);
        var limit = migrations[0].LimitSeconds * 1e3;
        var rules = migrations.GroupBy(m => m.Rule).Select(rule => (Place: ComparisonOrder.Rule(rule.Key), Rule: rule)).OrderBy(r => r.Place).Select(r => new ChartSeries(
            r.Rule.Key,
            r.Place,
            Marks[r.Place % Marks.Length],
            [.. r.Rule.Select(m => new ChartPoint(m.TotalSeconds, m.BlackoutSeconds!.Value * 1e3))],
            Size: 0.7));
        return new ChartPanel(cell, x, y, [new ChartSeries("limit", -1, ChartMark.DashedLine, [new(x.Minimum, limit), new(x.Maximum, limit)]), .. rules]);
    }
}
