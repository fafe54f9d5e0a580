using System.Xml.Linq;

namespace Planner.Evaluation;

/// <summary>Writes bars over time, a row for each thing that is busy, as SVG: the same bytes for the same values.</summary>
internal static class GanttChart
{
    private const double Width = 900;
    private const double Left = 130;
    private const double Right = 20;
    private const double Top = 44;
    private const double RowHeight = 22;
    private const double Bottom = 40;
    private const double LetterWidth = 6.6;
    private const int LongestLabel = 18;

    /// <summary>Writes a chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="time">The axis of time.</param>
    /// <param name="rows">The rows from top to bottom, each with its bars.</param>
    /// <param name="legend">The colours that occur, with their names.</param>
    public static string Write(string title, ChartAxis time, IReadOnlyList<(string Name, IReadOnlyList<GanttBar> Bars)> rows, IReadOnlyList<(int Colour, string Name)> legend)
    {
        var height = Top + rows.Count * RowHeight + Bottom;
        double At(double value) => Left + time.Position(value) * (Width - Left - Right);
        var root = new XElement(
            SvgChart.Svg + "svg",
            new XAttribute("viewBox", $"0 0 {SvgChart.Number(Width)} {SvgChart.Number(height)}"),
            new XAttribute("width", SvgChart.Number(Width)),
            new XAttribute("height", SvgChart.Number(height)),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", "12"),
            new XAttribute("role", "img"),
            new XElement(SvgChart.Svg + "title", title),
            new XElement(SvgChart.Svg + "style", SvgChart.Style),
            new XElement(SvgChart.Svg + "rect", new XAttribute("class", "paper"), new XAttribute("width", "100%"), new XAttribute("height", "100%")),
            legend.Select((entry, i) => new XElement(SvgChart.Svg + "g", Box(Left + i * 170, 14, 12, 12, entry.Colour, entry.Name), SvgChart.Text(entry.Name, Left + 18 + i * 170, 24, "start"))));
        foreach (var tick in time.Ticks())
        {
            root.Add(SvgChart.Line(At(tick), Top, At(tick), height - Bottom, "grid"), SvgChart.Text(ChartAxis.Text(tick), At(tick), height - Bottom + 16, "middle"));
        }

        root.Add(SvgChart.Text(time.Label, (Left + Width - Right) / 2, height - 6, "middle"));
        for (var row = 0; row < rows.Count; row++)
        {
            var y = Top + row * RowHeight;
            root.Add(SvgChart.Text(Short(rows[row].Name), Left - 8, y + RowHeight - 7, "end"));
            foreach (var bar in rows[row].Bars)
            {
                var (from, to) = (At(bar.From), At(bar.To));
                root.Add(Box(from, y + 3, Math.Max(1, to - from), RowHeight - 6, bar.Colour, bar.Text));
                if (bar.Label.Length * LetterWidth < to - from)
                {
                    root.Add(SvgChart.Text(bar.Label, (from + to) / 2, y + RowHeight - 7, "middle", 11));
                }
            }
        }

        return root.ToString().ReplaceLineEndings("\n") + "\n";
    }

    private static string Short(string name) => name.Length <= LongestLabel ? name : $"{name[..(LongestLabel - 1)]}…";

    private static XElement Box(double x, double y, double width, double height, int colour, string text) => new(
        SvgChart.Svg + "rect",
        new XAttribute("x", SvgChart.Number(x)),
        new XAttribute("y", SvgChart.Number(y)),
        new XAttribute("width", SvgChart.Number(width)),
        new XAttribute("height", SvgChart.Number(height)),
        new XAttribute("fill", SvgChart.Colours[colour % SvgChart.Colours.Length]),
        new XAttribute("fill-opacity", "0.55"),
        new XAttribute("stroke", SvgChart.Colours[colour % SvgChart.Colours.Length]),
        new XElement(SvgChart.Svg + "title", text));
}
