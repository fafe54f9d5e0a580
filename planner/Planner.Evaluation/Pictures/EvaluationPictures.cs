using System.Globalization;
using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>The pictures of an evaluation, as SVG.</summary>
public static class EvaluationPictures
{
    private const int StepsPerPoint = 10;
    private const double SmallestPercent = 0.05;
    private const double Percent = 100;
    private const double Milliseconds = 1000;

    private const double Margin = 0.04;

    private static readonly string[] OwnRules = ["earliest", "calmest", "informed"];

    private static readonly ChartMark[] Marks = [ChartMark.Circle, ChartMark.Square, ChartMark.Triangle];

    /// <summary>Predicted beside actual blackouts at QEMU's own stop, a colour a configuration.</summary>
    public static string PredictedActual(StopMomentReport report)
    {
        var values = report.Moments.SelectMany(m => new[] { m.PredictedSeconds, m.ActualSeconds }).Select(s => s * Milliseconds).ToList();
        var x = ChartAxis.Around("predicted blackout, ms", values, fromZero: true);
        var diagonal = new ChartSeries("predicted = actual", -1, ChartMark.DashedLine, [new(x.Minimum, x.Minimum), new(x.Maximum, x.Maximum)]);
        var clouds = report.Moments.GroupBy(m => m.Configuration).Select((g, i) => new ChartSeries(
            g.Key,
            i,
            ChartMark.Circle,
            [.. g.Select(m => new ChartPoint(m.PredictedSeconds * Milliseconds, m.ActualSeconds * Milliseconds))]));
        return SvgChart.Write(
            "Blackouts at QEMU's stop, predicted from other configurations",
            [new ChartPanel("", x, x with { Label = "actual blackout, ms" }, [diagonal, .. clouds])]);
    }

    /// <summary>How the share of misses goes over time: mean and worst of the series, the planner's bound beside plain adaptive conformal inference.</summary>
    /// <param name="series">The series.</param>
    /// <param name="level">The share of samples that the bound should hold for; in [0.5, 1).</param>
    public static string Coverage(IReadOnlyList<LatencySeries> series, double level)
    {
        var own = series.Select(s => RollingMisses.Of(s.Seconds, level, new AdaptiveConformal(new AdaptiveConformalOptions(1 - level)))).ToList();
        var plain = series.Select(s => RollingMisses.Of(s.Seconds, level, new PlainAdaptiveConformal(1 - level))).ToList();
        var length = Math.Max(2, own.Max(s => s.Count));
        var start = LatencySeriesEvaluation.WarmUp + LatencySeriesEvaluation.Block;
        var target = (1 - level) * Percent;
        ChartSeries[] lines =
        [
            new("plain, worst series", 7, ChartMark.DashedLine, Over(plain, start, shares => shares.Max())),
            new("plain, mean", 7, ChartMark.Line, Over(plain, start, shares => shares.Average())),
            new("planner, worst series", 0, ChartMark.DashedLine, Over(own, start, shares => shares.Max())),
            new("planner, mean", 0, ChartMark.Line, Over(own, start, shares => shares.Average())),
            new($"allowed: {ChartAxis.Text(Math.Round(target, 3))} %", -1, ChartMark.DashedLine, [new(start, target), new(start + length - 1, target)]),
        ];
        return SvgChart.Write(
            $"Bounds on {series.Count} latency series: misses over time",
            [
                new ChartPanel(
                    "",
                    new ChartAxis("sample", AxisScale.Linear, start, start + length - 1),
                    ChartAxis.Around($"misses among the latest {LatencySeriesEvaluation.Block}, %", lines.SelectMany(l => l.Points).Select(p => p.Y), fromZero: true),
                    lines),
            ]);
    }

    /// <summary>Rules against each other: the share of commits over the limit, and the time they take beside the oracle's; a panel a limit.</summary>
    /// <param name="title">What they were tried on.</param>
    /// <param name="reports">A report a rule, limit and confidence. Rules without commits have no mark.</param>
    public static string Rules(string title, IReadOnlyList<RuleReport> reports)
    {
        var rules = reports.Select(r => r.Rule).Distinct().ToList();
        var confidences = reports.Select(r => r.Confidence).Distinct().Order().ToList();
        var y = new ChartAxis("commits over the limit, % (hollow: none)", AxisScale.Log, SmallestPercent, Percent);
        var panels = reports.GroupBy(r => r.LimitSeconds).OrderBy(g => g.Key).Select(limit =>
        {
            // The oracle is the 1 of this axis.
            var shown = limit.Where(r => r.CompletionRatioP50 is not null && r.Rule != "oracle").ToList();
            var x = ChartAxis.Around("median completion, of the oracle's", shown.Select(r => r.CompletionRatioP50!.Value).Append(1), fromZero: false);
            x = x with { Minimum = x.Minimum - Margin * (x.Maximum - x.Minimum) };
            var allowed = confidences.Select(c => new ChartSeries(
                "allowed",
                -1,
                ChartMark.DashedLine,
                [new(x.Minimum, (1 - c) * Percent), new(x.Maximum, (1 - c) * Percent)]));
            return new ChartPanel($"limit {ChartAxis.Text(limit.Key * Milliseconds)} ms", x, y, [.. allowed, .. shown.Select(r => RuleMark(r, rules, confidences)).DistinctBy(s => s.Name)]);
        });
        return SvgChart.Write(title, Ordered([.. panels], rules));
    }

    /// <summary>The legend follows the first panel that has a series; every panel names all of them, so it follows the rules.</summary>
    private static List<ChartPanel> Ordered(List<ChartPanel> panels, List<string> rules)
    {
        var all = panels.SelectMany(p => p.Series).DistinctBy(s => s.Name).OrderBy(s => rules.FindIndex(r => s.Name == r || s.Name.StartsWith($"{r} ", StringComparison.Ordinal))).ToList();
        return [.. panels.Select(p => p with { Series = [.. p.Series.Where(s => s.Colour < 0), .. all.Where(s => s.Colour >= 0).Select(s => p.Series.FirstOrDefault(o => o.Name == s.Name) ?? s with { Points = [] })] })];
    }

    private static ChartSeries RuleMark(RuleReport report, List<string> rules, List<double> confidences)
    {
        var isPeer = PeerRules.Names.Contains(report.Rule);
        var confidence = string.Create(CultureInfo.InvariantCulture, $"{report.Confidence * Percent:0.###} %");
        return new ChartSeries(
            isPeer ? report.Rule : $"{report.Rule} at {confidence}",
            rules.IndexOf(report.Rule),
            isPeer ? ChartMark.Diamond : Marks[confidences.IndexOf(report.Confidence) % Marks.Length],
            [
                new ChartPoint(
                    report.CompletionRatioP50!.Value,
                    Percent * report.Violations / report.Commits,
                    Percent * report.ViolationsLow,
                    Percent * report.ViolationsHigh),
            ],
            isPeer ? 1 : 1.6 - 0.4 * Array.IndexOf(OwnRules, report.Rule));
    }

    private static List<ChartPoint> Over(List<IReadOnlyList<double>> series, int start, Func<IEnumerable<double>, double> summary)
    {
        var points = new List<ChartPoint>();
        for (var step = 0; step < series.Max(s => s.Count); step += StepsPerPoint)
        {
            points.Add(new ChartPoint(start + step, Percent * summary(series.Where(s => s.Count > step).Select(s => s[step]))));
        }

        return points;
    }
}
