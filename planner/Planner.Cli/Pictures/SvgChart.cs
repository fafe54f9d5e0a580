using System.Globalization;
using System.Net;
using System.Text;

namespace Planner.Cli;

/// <summary>A chart as an SVG text: lines, marks with intervals, a legend. The same input gives the same text.</summary>
/// <remarks>Text stays text in the reader's own sans-serif font, and colours hold on light and dark ground (docs/adr/0004).</remarks>
internal sealed class SvgChart(string title, SvgAxis x, SvgAxis y)
{
    private const double Width = 860;
    private const double Height = 460;
    private const double Left = 70;
    private const double Right = 200;
    private const double Top = 40;
    private const double Bottom = 50;
    private const double LegendStep = 18;

    // Okabe and Ito's colours, which most kinds of colour blindness tell apart, and three more.
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a00", "#7f7f7f", "#aa3377", "#66ccee"];

    private readonly StringBuilder _body = new();
    private readonly List<(string Name, string Colour, bool IsLine)> _legend = [];

    /// <summary>Adds a line.</summary>
    /// <param name="name">Its name in the legend.</param>
    /// <param name="points">Its points in order.</param>
    /// <param name="isGuide">Whether it is only there to compare with: thin and dashed.</param>
    public void AddLine(string name, IEnumerable<SvgPoint> points, bool isGuide = false)
    {
        var colour = NextColour(name, isLine: true);
        var path = string.Join(' ', points.Select(p => $"{Number(PlaceX(p.X))},{Number(PlaceY(p.Y))}"));
        var style = isGuide ? "stroke-width=\"1\" stroke-dasharray=\"5 4\"" : "stroke-width=\"1.5\"";
        _body.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" {style} points=\"{path}\"/>\n");
    }

    /// <summary>Adds marks.</summary>
    /// <param name="name">Their name in the legend.</param>
    /// <param name="points">The points.</param>
    public void AddMarks(string name, IEnumerable<SvgPoint> points)
    {
        var colour = NextColour(name, isLine: false);
        foreach (var point in points)
        {
            var (px, py) = (PlaceX(point.X), PlaceY(point.Y));
            if (point is { Low: { } low, High: { } high })
            {
                _body.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Number(px)}\" y1=\"{Number(PlaceY(low))}\" x2=\"{Number(px)}\" y2=\"{Number(PlaceY(high))}\" stroke=\"{colour}\" stroke-width=\"1\"/>\n");
            }

            _body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Number(px)}\" cy=\"{Number(py)}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.75\"><title>{Escape(name)}: {Number(point.X)}, {point.Y.ToString("0.#####", CultureInfo.InvariantCulture)}</title></circle>\n");
        }
    }

    /// <summary>The whole text.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"15\" font-weight=\"bold\">{Escape(title)}</text>\n");
        RenderAxes(text);
        text.Append(_body);
        for (var i = 0; i < _legend.Count; i++)
        {
            var (name, colour, isLine) = _legend[i];
            var (px, py) = (Width - Right + 16, Top + 10 + i * LegendStep);
            text.Append(isLine
                ? $"<line x1=\"{Number(px - 6)}\" y1=\"{Number(py)}\" x2=\"{Number(px + 6)}\" y2=\"{Number(py)}\" stroke=\"{colour}\" stroke-width=\"2\"/>"
                : $"<circle cx=\"{Number(px)}\" cy=\"{Number(py)}\" r=\"4\" fill=\"{colour}\"/>");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(px + 12)}\" y=\"{Number(py + 4)}\">{Escape(name)}</text>\n");
        }

        return text.Append("</svg>\n").ToString();
    }

    private void RenderAxes(StringBuilder text)
    {
        var (bottom, right) = (Height - Bottom, Width - Right);
        foreach (var tick in x.Ticks())
        {
            var px = Number(PlaceX(tick));
            text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{px}\" y1=\"{Top}\" x2=\"{px}\" y2=\"{bottom}\" stroke=\"#808080\" stroke-opacity=\"0.2\"/><text x=\"{px}\" y=\"{bottom + 16}\" text-anchor=\"middle\">{SvgAxis.Text(tick)}</text>\n");
        }

        foreach (var tick in y.Ticks())
        {
            var py = PlaceY(tick);
            text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{Number(py)}\" x2=\"{right}\" y2=\"{Number(py)}\" stroke=\"#808080\" stroke-opacity=\"0.2\"/><text x=\"{Left - 6}\" y=\"{Number(py + 4)}\" text-anchor=\"end\">{SvgAxis.Text(tick)}</text>\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{Top}\" width=\"{right - Left}\" height=\"{bottom - Top}\" fill=\"none\" stroke=\"#808080\"/>\n");
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\">{Escape(x.Label)}</text>\n");
        text.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(16 {(Top + bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(y.Label)}</text>\n");
    }

    private string NextColour(string name, bool isLine)
    {
        var colour = Colours[_legend.Count % Colours.Length];
        _legend.Add((name, colour, isLine));
        return colour;
    }

    private double PlaceX(double value) => Left + x.Share(value) * (Width - Left - Right);

    private double PlaceY(double value) => Height - Bottom - y.Share(value) * (Height - Top - Bottom);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
