using System.Globalization;
using System.Xml.Linq;

namespace Planner.Evaluation;

/// <summary>Writes charts as SVG: the same bytes for the same values, no fonts, readable on light and on dark ground.</summary>
/// <remarks>A point below a logarithmic axis, such as a share of 0, stands hollow at its beginning.</remarks>
internal static class SvgChart
{
    private const double LegendLeft = 6;
    private const double TextLeft = 27;
    private const double LetterWidth = 7;
    private const double TitleHeight = 34;
    private const double LineHeight = 17;
    private const double Left = 62;
    private const double Right = 14;
    private const double Top = 24;
    private const double Bottom = 46;
    private const double UsualMarkSize = 4.5;

    internal const string Style =
        ".paper{fill:#ffffff}.ink{fill:#1f2328}.axis{stroke:#59636e;fill:none}.grid{stroke:#e4e8ec}"
        + "@media (prefers-color-scheme: dark){.paper{fill:#0d1117}.ink{fill:#e6edf3}.axis{stroke:#9198a1}.grid{stroke:#2a313a}}";

    // Of middling lightness, so that each stands out from white and from black.
    internal static readonly string[] Colours =
        ["#2f81f7", "#e5534b", "#2da44e", "#bf8700", "#a371f7", "#db61a2", "#1b9e9e", "#f0883e", "#8b949e", "#7d8f2f", "#5b6ee1", "#b35900"];

    internal static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Writes a chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="panels">The panels, in reading order; at least one. More than one stand two in a row.</param>
    /// <returns>The document, ending with a line end.</returns>
    public static string Write(string title, IReadOnlyList<ChartPanel> panels)
    {
        var columns = panels.Count > 1 ? 2 : 1;
        var (width, height) = columns > 1 ? (380.0, 290.0) : (620.0, 430.0);
        var rows = (panels.Count + columns - 1) / columns;
        var legend = Legend(panels, columns * width + LegendLeft, TitleHeight + Top);
        var longest = panels.SelectMany(p => p.Series).Select(s => s.Name.Length).DefaultIfEmpty(0).Max();
        var totalWidth = columns * width + LegendLeft + TextLeft + longest * LetterWidth;
        var totalHeight = TitleHeight + Math.Max(rows * height, Top + legend.Length * LineHeight);
        var root = new XElement(
            Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Number(totalWidth)} {Number(totalHeight)}"),
            new XAttribute("width", Number(totalWidth)),
            new XAttribute("height", Number(totalHeight)),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", "12"),
            new XAttribute("role", "img"),
            new XElement(Svg + "title", title),
            new XElement(Svg + "style", Style),
            new XElement(Svg + "rect", new XAttribute("class", "paper"), new XAttribute("width", "100%"), new XAttribute("height", "100%")),
            Text(title, Left, 22, "start", 15),
            panels.Select((p, i) => Panel(p, i % columns * width, TitleHeight + i / columns * height, width, height)),
            legend);
        return root.ToString().ReplaceLineEndings("\n") + "\n";
    }

    private static XElement Panel(ChartPanel panel, double x, double y, double width, double height)
    {
        var (plotWidth, plotHeight) = (width - Left - Right, height - Top - Bottom);
        double AtX(double value) => panel.X.Position(value) * plotWidth;
        double AtY(double value) => (1 - panel.Y.Position(value)) * plotHeight;
        var group = new XElement(Svg + "g", new XAttribute("transform", $"translate({Number(x + Left)} {Number(y + Top)})"));
        foreach (var tick in panel.X.Ticks())
        {
            group.Add(Line(AtX(tick), 0, AtX(tick), plotHeight, "grid"), Text(ChartAxis.Text(tick), AtX(tick), plotHeight + 16, "middle"));
        }

        foreach (var tick in panel.Y.Ticks())
        {
            group.Add(Line(0, AtY(tick), plotWidth, AtY(tick), "grid"), Text(ChartAxis.Text(tick), -6, AtY(tick) + 4, "end"));
        }

        group.Add(
            Line(0, plotHeight, plotWidth, plotHeight, "axis"),
            Line(0, 0, 0, plotHeight, "axis"),
            Text(panel.Title, plotWidth / 2, -8, "middle", 13),
            Text(panel.X.Label, plotWidth / 2, plotHeight + 36, "middle"),
            Turned(Text(panel.Y.Label, -plotHeight / 2, -46, "middle")));
        foreach (var series in panel.Series)
        {
            group.Add(IsLine(series.Mark)
                ? Path(series, series.Points.Select(p => (AtX(p.X), AtY(p.Y))))
                : series.Points.SelectMany(p => Marked(series, p, AtX(p.X), AtY, p.Y < panel.Y.Minimum)));
        }

        return group;
    }

    private static IEnumerable<XElement> Marked(ChartSeries series, ChartPoint point, double x, Func<double, double> atY, bool isHollow)
    {
        if (double.IsFinite(point.Low) && double.IsFinite(point.High))
        {
            var interval = Line(x, atY(point.Low), x, atY(point.High), null);
            interval.Add(new XAttribute("stroke", Colour(series)), new XAttribute("stroke-opacity", "0.6"));
            yield return interval;
        }

        yield return Mark(series, x, atY(point.Y), isHollow);
    }

    private static XElement Mark(ChartSeries series, double x, double y, bool isHollow)
    {
        var size = UsualMarkSize * series.Size;
        (double X, double Y)[] corners = series.Mark switch
        {
            ChartMark.Square => [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            ChartMark.Triangle => [(0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
            _ => [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
        };
        var shape = series.Mark == ChartMark.Circle
            ? new XElement(Svg + "circle", new XAttribute("cx", Number(x)), new XAttribute("cy", Number(y)), new XAttribute("r", Number(size)))
            : new XElement(Svg + "polygon", new XAttribute("points", string.Join(' ', corners.Select(c => $"{Number(x + c.X * size)},{Number(y + c.Y * size)}"))));
        shape.Add(
            new XAttribute("fill", isHollow ? "none" : Colour(series)),
            new XAttribute("fill-opacity", "0.85"),
            new XAttribute("stroke", Colour(series)));
        return shape;
    }

    private static XElement Path(ChartSeries series, IEnumerable<(double X, double Y)> points)
    {
        var line = new XElement(
            Svg + "polyline",
            new XAttribute("points", string.Join(' ', points.Select(p => $"{Number(p.X)},{Number(p.Y)}"))),
            new XAttribute("fill", "none"),
            series.Colour < 0 ? new XAttribute("class", "axis") : new XAttribute("stroke", Colour(series)),
            new XAttribute("stroke-width", "1.5"));
        if (series.Mark == ChartMark.DashedLine)
        {
            line.Add(new XAttribute("stroke-dasharray", "5 4"));
        }

        return line;
    }

    private static XElement[] Legend(IReadOnlyList<ChartPanel> panels, double x, double y) =>
    [
        .. panels.SelectMany(p => p.Series).DistinctBy(s => s.Name).Select((series, i) => new XElement(
            Svg + "g",
            new XAttribute("transform", $"translate({Number(x)} {Number(y + i * LineHeight)})"),
            IsLine(series.Mark) ? Path(series, [(0, 0), (20, 0)]) : Mark(series, 10, 0, isHollow: false),
            Text(series.Name, TextLeft, 4, "start"))),
    ];

    private static bool IsLine(ChartMark mark) => mark is ChartMark.Line or ChartMark.DashedLine;

    private static string Colour(ChartSeries series) => series.Colour < 0 ? "#8b949e" : Colours[series.Colour % Colours.Length];

    internal static XElement Line(double x1, double y1, double x2, double y2, string? style) => new(
        Svg + "line",
        style is null ? null : new XAttribute("class", style),
        new XAttribute("x1", Number(x1)),
        new XAttribute("y1", Number(y1)),
        new XAttribute("x2", Number(x2)),
        new XAttribute("y2", Number(y2)));

    internal static XElement Text(string text, double x, double y, string anchor, int size = 12) => new(
        Svg + "text",
        new XAttribute("class", "ink"),
        new XAttribute("x", Number(x)),
        new XAttribute("y", Number(y)),
        new XAttribute("text-anchor", anchor),
        size == 12 ? null : new XAttribute("font-size", size),
        text);

    private static XElement Turned(XElement text)
    {
        text.Add(new XAttribute("transform", "rotate(-90)"));
        return text;
    }

    internal static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
