using System.Globalization;
using System.Xml.Linq;

namespace Planner.Evaluation;

/// <summary>The parts of a page of HTML.</summary>
internal static class ReportParts
{
    /// <summary>A section with a heading, and a sentence that says what it shows.</summary>
    public static XElement Section(string heading, string? what, params ReadOnlySpan<XElement?> content)
    {
        var section = new XElement("section", new XElement("h2", heading), what is null ? null : new XElement("p", new XAttribute("class", "note"), what));
        foreach (var part in content)
        {
            section.Add(part);
        }

        return section;
    }

    /// <summary>A picture with its figures as a table, for who cannot see it.</summary>
    public static XElement Figure(string svg, string caption, string[] head, IReadOnlyList<string[]> rows) => new(
        "figure",
        XElement.Parse(svg),
        new XElement("figcaption", caption),
        new XElement("details", new XElement("summary", "The figures as a table"), Table(head, rows, firstNumber: 1)));

    /// <summary>A table.</summary>
    /// <param name="head">The names of the columns; all empty for no head.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="firstNumber">The first column that holds numbers.</param>
    public static XElement Table(string[] head, IReadOnlyList<string[]> rows, int firstNumber) => new(
        "table",
        head.All(h => h.Length == 0) ? null : new XElement("thead", new XElement("tr", head.Select((h, i) => Cell("th", h, i >= firstNumber, new XAttribute("scope", "col"))))),
        new XElement("tbody", rows.Select(row => new XElement("tr", row.Select((cell, i) => i == 0 ? Cell("th", cell, false, new XAttribute("scope", "row")) : Cell("td", cell, i >= firstNumber, null))))));

    /// <summary>A sentence on what is left out; null where nothing is.</summary>
    public static XElement? More(int count, string what) =>
        count <= 0 ? null : new XElement("p", new XAttribute("class", "note"), $"{count.ToString(CultureInfo.InvariantCulture)} more {what}; the JSON and CSV of the plan have all.");

    private static XElement Cell(string name, string text, bool isNumber, XAttribute? scope) => new(name, scope, isNumber ? new XAttribute("class", "n") : null, text);
}
