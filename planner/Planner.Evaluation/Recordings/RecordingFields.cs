using System.Text.Json;
using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>The fields of one JSON object of a recording, with errors that name file and line.</summary>
internal readonly struct RecordingFields
{
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly long _line;

    /// <exception cref="DocumentException">The value is no object.</exception>
    public RecordingFields(JsonElement element, string file, long line, string name)
    {
        _element = element;
        _file = file;
        _line = line;
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
        _element.TryGetProperty(name, out var value) ? new RecordingFields(value, _file, _line, $"\"{name}\"") : null;

    /// <summary>A finite number of at least 0; null if there is none.</summary>
    /// <exception cref="DocumentException">The field is no such number.</exception>
    public double? Number(string name)
    {
        if (!_element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number >= 0
            ? number
            : throw Problem($"\"{name}\" must be a number of at least 0");
    }

    /// <summary>A whole number of at least 0; null if there is none.</summary>
    /// <exception cref="DocumentException">The field is no such number.</exception>
    public long? Integer(string name)
    {
        if (!_element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw Problem($"\"{name}\" must be a whole number of at least 0");
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

    /// <summary>An error at this line.</summary>
    public DocumentException Problem(string problem) => new(_file, _line, 1, problem);
}
