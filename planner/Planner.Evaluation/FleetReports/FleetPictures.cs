using System.Globalization;
using System.Xml.Linq;
using Planner.Fleet;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>The pictures of a report on a plan.</summary>
internal static class FleetPictures
{
    private const int MostRows = 40;
    private const int MostCurvePoints = 200;
    private const int Plain = 0;
    private const int Limited = 3;
    private const int Reboot = 8;
    private const double MiB = 1024 * 1024;

    /// <summary>Which host sends what when, and the reboots.</summary>
    public static XElement? Schedule(FleetPlan plan)
    {
        if (plan.Moves.Count + plan.Reboots.Count == 0)
        {
            return null;
        }

        var ends = plan.Moves.Select(m => m.StartSeconds + m.P50Seconds).Concat(plan.Reboots.Select(r => r.StartSeconds + r.Seconds));
        var (unit, name) = Unit(ends.Max());
        var hosts = plan.Moves.Select(m => (Host: m.From, m.StartSeconds)).Concat(plan.Reboots.Select(r => (r.Host, r.StartSeconds))).OrderBy(s => s.StartSeconds).Select(s => s.Host).Distinct().ToList();
        var moves = plan.Moves.ToLookup(m => m.From);
        var reboots = plan.Reboots.ToLookup(r => r.Host);
        var rows = hosts.Take(MostRows).Select(host => (host, (IReadOnlyList<GanttBar>)
        [
            .. moves[host].Select(m => new GanttBar(
                m.StartSeconds / unit, (m.StartSeconds + m.P50Seconds) / unit, m.DirtyRateLimitBytesPerSecond is null ? Plain : Limited, $"{m.Machine} → {m.To}", $"{m.Machine} from {m.From} to {m.To}, {Words.Seconds(m.StartSeconds)} to {Words.Seconds(m.StartSeconds + m.P50Seconds)}")),
            .. reboots[host].Select(r => new GanttBar(r.StartSeconds / unit, (r.StartSeconds + r.Seconds) / unit, Reboot, "reboot", $"{r.Host} reboots from {Words.Seconds(r.StartSeconds)} on")),
        ])).ToList();
        (int, string)[] legend = [(Plain, "move"), .. plan.Moves.Any(m => m.DirtyRateLimitBytesPerSecond is not null) ? [(Limited, "move with a limit")] : Array.Empty<(int, string)>(), .. plan.Reboots.Count > 0 ? [(Reboot, "reboot")] : Array.Empty<(int, string)>()];
        var svg = GanttChart.Write("Schedule by the host that is emptied", ChartAxis.Around($"time, {name}", ends.Select(e => e / unit), fromZero: true), rows, legend);
        return ReportParts.Section(
            "Schedule",
            $"Each bar is a move off the host of its row, if all take as long as their middle. {(hosts.Count > MostRows ? $"The first {MostRows} of {hosts.Count} hosts." : "")}",
            ReportParts.Figure(
                svg,
                "Who moves when.",
                ["host", $"first start, {name}", $"last end, {name}", "moves"],
                [.. hosts.Take(MostRows).Select(h => new[]
                {
                    h,
                    Number(moves[h].Select(m => m.StartSeconds).Concat(reboots[h].Select(r => r.StartSeconds)).Min() / unit),
                    Number(moves[h].Select(m => m.StartSeconds + m.P50Seconds).Concat(reboots[h].Select(r => r.StartSeconds + r.Seconds)).Max() / unit),
                    moves[h].Count().ToString(CultureInfo.InvariantCulture),
                })]));
    }

    /// <summary>How likely it is done by when, beside the bound and what was asked for.</summary>
    public static XElement? Finish(FleetSpec fleet, FleetPlan plan)
    {
        if (plan.FinishSeconds.Count == 0 || plan.Moves.Count == 0)
        {
            return null;
        }

        var (unit, name) = Unit(plan.FinishSeconds[^1]);
        var step = Math.Max(1, plan.FinishSeconds.Count / MostCurvePoints);
        List<ChartPoint> points = [.. plan.FinishSeconds.Select((s, i) => new ChartPoint(s / unit, (i + 1.0) / plan.FinishSeconds.Count)).Where((_, i) => i % step == 0 || i == plan.FinishSeconds.Count - 1)];
        List<(string Name, double Seconds)> lines = [("lower bound", plan.LowerBoundSeconds), ("P50", plan.MakespanP50Seconds), ("P95", plan.MakespanP95Seconds)];
        if (fleet.Task.FinishWithin is { } within)
        {
            lines.Add(("asked for", within.TotalSeconds));
        }

        // What was asked for may be far away: the curve must still be seen.
        var shown = lines.Where(l => l.Seconds < plan.FinishSeconds[^1] * 1.5).ToList();
        var x = ChartAxis.Around($"done after, {name}", points.Select(p => p.X).Concat(shown.Select(l => l.Seconds / unit)), fromZero: false);
        var svg = SvgChart.Write(
            "When it is done",
            [new ChartPanel("", x, new ChartAxis("share of runs that are done", AxisScale.Linear, 0, 1), [new("runs", 0, ChartMark.Line, points), .. shown.Select((l, i) => new ChartSeries(l.Name, i + 1, ChartMark.DashedLine, [new(l.Seconds / unit, 0), new(l.Seconds / unit, 1)]))])]);
        return ReportParts.Section(
            "When it is done",
            $"The plan was carried out {plan.FinishSeconds.Count} times in simulation, with durations drawn from what is known of them.",
            ReportParts.Figure(svg, "The share of runs that are done by a time.", ["", name], [.. lines.Select(l => new[] { l.Name, Number(l.Seconds / unit) })]));
    }

    /// <summary>How full the busiest links are.</summary>
    public static XElement? LinkUse(FleetFigures figures)
    {
        if (figures.Links.Count == 0)
        {
            return null;
        }

        var (unit, name) = Unit(figures.Links.Max(l => l.Points[^1].X));
        var svg = SvgChart.Write(
            "Use of the busiest links",
            [
                new ChartPanel(
                    "",
                    ChartAxis.Around($"time, {name}", figures.Links.SelectMany(l => l.Points).Select(p => p.X / unit), fromZero: true),
                    new ChartAxis("share of the capacity", AxisScale.Linear, 0, 1),
                    [.. figures.Links.Select((l, i) => new ChartSeries(l.Name, i, ChartMark.Line, [.. l.Points.Select(p => new ChartPoint(p.X / unit, p.Y))]))]),
            ]);
        return ReportParts.Section(
            "Link use",
            "The busiest links, each in one direction.",
            ReportParts.Figure(svg, "How much of each link the moves take.", ["link", "mean use", "highest use"], [.. figures.Links.Select(l => new[] { l.Name, Percent(l.Points.Average(p => p.Y)), Percent(l.Points.Max(p => p.Y)) })]));
    }

    /// <summary>Time against moves.</summary>
    public static XElement Front(FleetPlan plan)
    {
        var (unit, name) = Unit(plan.Choices.Max(c => c.MakespanP95Seconds));
        ChartPoint Point(PlanChoice c) => new(c.MovesPerMachine, c.MakespanP50Seconds / unit, c.MakespanP50Seconds / unit, c.MakespanP95Seconds / unit);
        var svg = SvgChart.Write(
            "Time against moves",
            [
                new ChartPanel(
                    "",
                    ChartAxis.Around("moves a machine", plan.Choices.Select(c => c.MovesPerMachine), fromZero: false),
                    ChartAxis.Around($"P50 with P95 above it, {name}", plan.Choices.SelectMany(c => new[] { c.MakespanP50Seconds / unit, c.MakespanP95Seconds / unit }), fromZero: true),
                    [new("plans", 0, ChartMark.Circle, [.. plan.Choices.Where(c => !c.IsChosen).Select(Point)]), new("planned", 1, ChartMark.Diamond, [.. plan.Choices.Where(c => c.IsChosen).Select(Point)], 1.4)]),
            ]);
        return new XElement("figure", XElement.Parse(svg), new XElement("figcaption", "Fewer moves take longer; the table below has the figures."));
    }

    /// <summary>Bounds on blackouts against something that could be changed.</summary>
    public static XElement? WhatIf(string heading, string what, string axis, IReadOnlyList<WhatIfCurve> curves)
    {
        if (curves.Count == 0)
        {
            return null;
        }

        var ys = curves.SelectMany(c => c.Points.Select(p => p.Y).Append(c.LimitSeconds)).Where(y => y > 0).ToList();
        var xs = curves.SelectMany(c => c.Points).Select(p => p.X / MiB).ToList();
        var svg = SvgChart.Write(
            heading,
            [
                new ChartPanel(
                    "",
                    new ChartAxis(axis, AxisScale.Log, xs.Min(), xs.Max()),
                    new ChartAxis("bound on the blackout, s", AxisScale.Log, ys.Min() / 1.5, ys.Max() * 1.5),
                    [
                        .. curves.Select((c, i) => new ChartSeries(c.Machine, i, ChartMark.Line, [.. c.Points.Select(p => new ChartPoint(p.X / MiB, p.Y))])),
                        .. curves.Select(c => c.LimitSeconds).Distinct().Select((limit, i) => new ChartSeries($"allowed: {Words.Seconds(limit)}", curves.Count + i, ChartMark.DashedLine, [new(xs.Min(), limit), new(xs.Max(), limit)])),
                    ]),
            ]);
        string At(WhatIfCurve c, int i) => $"{Words.SecondsUp(c.Points[i].Y)} at {Number(c.Points[i].X / MiB)}";
        return ReportParts.Section(
            heading, what,
            ReportParts.Figure(
                svg, $"The machines nearest to, or beyond, what their class allows ({axis}).", ["machine", "allowed", "at the lowest", "in the middle", "at the highest"],
                [.. curves.Select(c => new[] { c.Machine, Words.Seconds(c.LimitSeconds), At(c, 0), At(c, c.Points.Count / 2), At(c, c.Points.Count - 1) })]));
    }

    /// <summary>Foretold shares beside those that were seen.</summary>
    public static XElement? Calibration(FleetFigures figures)
    {
        if (figures.Calibration.Count == 0)
        {
            return null;
        }

        var axis = new ChartAxis("foretold", AxisScale.Linear, 0, 1);
        var svg = SvgChart.Write(
            "Calibration",
            [new ChartPanel("", axis, axis with { Label = "seen" }, [new("as it should be", -1, ChartMark.DashedLine, [new(0, 0), new(1, 1)]), new("past moves", 0, ChartMark.Circle, [.. figures.Calibration.Select(c => new ChartPoint(c.Foretold, c.Seen))])])]);
        return ReportParts.Section(
            "Calibration",
            $"Each of {figures.Calibration[0].Moves} past moves foretold from the others: the share that was done by the time that a share should be.",
            ReportParts.Figure(svg, "On the line, what is foretold is what happens.", ["foretold", "seen"], [.. figures.Calibration.Select(c => new[] { Percent(c.Foretold), Percent(c.Seen) })]));
    }

    private static (double Seconds, string Name) Unit(double longest) => longest switch
    {
        < 300 => (1, "s"),
        < 3 * 3600 => (60, "min"),
        _ => (3600, "h"),
    };

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Percent(double share) => $"{(share * 100).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
