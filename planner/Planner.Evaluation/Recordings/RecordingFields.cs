using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Evaluation;

/// <summary>The fields of one JSON object of a recording, with errors that name file and line.</summary>
/// <remarks>A number that cannot be is noted and passed over: it stands for nothing, and the rest of the file for what it says.</remarks>
internal readonly struct RecordingFields
{
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly long _line;
    private readonly List<SkippedLine> _impossible;

    /// <exception cref="DocumentException">The value is no object.</exception>
    public RecordingFields(JsonElement element, string file, long line, string name, List<SkippedLine> impossible)
    {
        _element = element;
        _file = file;
        _line = line;
        _impossible = impossible;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Problem($"{name} must be a JSON object");
        }
    }

    /// <summary>Whether there is such a field.</summary>
    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>An object in a field; null if there is none.</summary>
    /// <exception cref="DocumentException">The field is no object.</exception>
    public RecordingFields? Object(string name) =>
        _element.TryGetProperty(name, out var value) ? new RecordingFields(value, _file, _line, $"\"{name}\"", _impossible) : null;

    /// <summary>The text of a field's JSON; null if there is none.</summary>
    public string? Json(string name) => _element.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    /// <summary>A number that has to be there, from 0 to the most; null if it cannot be, which is noted.</summary>
    /// <exception cref="DocumentException">The field is missing.</exception>
    public double? Required(string name, double most, string of) => Has(name) ? Number(name, most) : throw Problem($"\"{of}\" lacks \"{name}\"");

    /// <summary>A number from 0 to the most; null if there is none, or if it cannot be, which is noted.</summary>
    public double? Number(string name, double most = ValueLimits.LongestSeconds)
    {
        if (!_element.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 0 && number <= most)
        {
            return number;
        }

        const int LongestShown = 40;
        var text = value.GetRawText();
        _impossible.Add(new SkippedLine(_line, $"\"{name}\" is {(text.Length > LongestShown ? $"{text[..LongestShown]}…" : text)}, which is no number from 0 to {most}"));
        return null;
    }

    /// <summary>A text; null if there is none.</summary>
    /// <exception cref="DocumentException">The field is no text.</exception>
    public string? Text(string name)
    {
        if (!_element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Problem($"\"{name}\" must be a text");
    }

    /// <summary>The first of these fields that is missing; null if all are there.</summary>
    public string? Missing(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!Has(name))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>An error at this line.</summary>
    public DocumentException Problem(string problem) => new(_file, _line, 1, problem);
}
