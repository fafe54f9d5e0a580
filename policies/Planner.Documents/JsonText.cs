using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Planner.Documents;

/// <summary>A JSON text that is read against a type, with line and column in every complaint.</summary>
/// <remarks>The shape is checked before the text is turned into objects: the serializer's own complaints name .NET types and, for
/// missing values, no place.</remarks>
/// <param name="utf8">The text.</param>
/// <param name="file">The name for messages.</param>
public sealed class JsonText(byte[] utf8, string file)
{
    private const int MaximumDepth = 16;

    /// <summary>Reads the text as the type.</summary>
    /// <param name="type">The type; what may be missing has a default.</param>
    /// <exception cref="DocumentException">The text is not JSON or has another shape.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        if (!Utf8.IsValid(utf8))
        {
            var valid = 0;
            while (Rune.DecodeFromUtf8(utf8.AsSpan(valid), out _, out var length) == OperationStatus.Done)
            {
                valid += length;
            }

            throw ProblemAt(valid, "this is not JSON that can be read: it is not UTF-8");
        }

        try
        {
            var reader = NewReader();
            reader.Read();
            CheckValue(ref reader, type, "the text", nullable: false);
            reader.Read();
            return JsonSerializer.Deserialize(utf8, type)!;
        }
        catch (JsonException e)
        {
            var at = e.LineNumber is { } line ? LineStart(line) + (int)(e.BytePositionInLine ?? 0) : 0;
            var end = e.Message.IndexOf(" Path:", StringComparison.Ordinal);
            end = end < 0 ? e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) : end;
            throw ProblemAt(at, $"this is not JSON that can be read: {(end < 0 ? e.Message : e.Message[..end])}");
        }
    }

    /// <summary>The complaint about the value at a path such as <c>devices[0].arcs[1].seconds[3]</c>.</summary>
    public DocumentException ProblemAt(string path, string problem) => ProblemAt(Locate(path), $"{path}: {problem}");

    private void CheckValue(ref Utf8JsonReader reader, JsonTypeInfo type, string name, bool nullable)
    {
        if (nullable && reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                Expect(reader, JsonTokenType.StartObject, name, "an object { }");
                CheckObject(ref reader, type);
                break;
            case JsonTypeInfoKind.Enumerable:
                Expect(reader, JsonTokenType.StartArray, name, "a list [ ]");
                CheckList(ref reader, type.Options.GetTypeInfo(type.ElementType!), name);
                break;
            case JsonTypeInfoKind.Dictionary:
                Expect(reader, JsonTokenType.StartObject, name, "an object { }");
                CheckEntries(ref reader, type.Options.GetTypeInfo(type.ElementType!));
                break;
            default:
                CheckScalar(reader, Nullable.GetUnderlyingType(type.Type) ?? type.Type, name);
                break;
        }
    }

    private void CheckObject(ref Utf8JsonReader reader, JsonTypeInfo type)
    {
        var start = (int)reader.TokenStartIndex;
        var seen = new HashSet<string>();

        // What is never written or read is no key.
        var known = type.Properties.Where(p => p.Get is not null || p.Set is not null || p.AssociatedParameter is not null).ToList();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var property = known.FirstOrDefault(p => p.Name == name)
                ?? throw ProblemAt((int)reader.TokenStartIndex, $"unknown key '{name}'; known here are {string.Join(", ", known.Select(p => p.Name))}");
            if (!seen.Add(name))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"the key '{name}' is given twice");
            }

            reader.Read();
            CheckValue(ref reader, type.Options.GetTypeInfo(property.PropertyType), $"'{name}'", property.IsSetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null);
        }

        if (type.Properties.FirstOrDefault(p => p.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false } && !seen.Contains(p.Name)) is { } missing)
        {
            throw ProblemAt(start, $"the key '{missing.Name}' is missing here");
        }
    }

    private void CheckList(ref Utf8JsonReader reader, JsonTypeInfo element, string name)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (++count > DecisionJson.MaximumListLength)
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} has more than {DecisionJson.MaximumListLength} values; give the latest ones only");
            }

            CheckValue(ref reader, element, $"a value of {name}", nullable: false);
        }
    }

    private void CheckEntries(ref Utf8JsonReader reader, JsonTypeInfo element)
    {
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"the key '{name}' is given twice");
            }

            reader.Read();
            CheckValue(ref reader, element, $"'{name}'", nullable: false);
        }
    }

    private void CheckScalar(in Utf8JsonReader reader, Type type, string name)
    {
        if (type == typeof(double))
        {
            Expect(reader, JsonTokenType.Number, name, "a number");
            if (!double.IsFinite(reader.GetDouble()))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} is too large; a finite number is expected");
            }
        }
        else if (type == typeof(long))
        {
            Expect(reader, JsonTokenType.Number, name, "a whole number");
            if (!reader.TryGetInt64(out _))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} must be a whole number without fraction or exponent, at most {long.MaxValue}");
            }
        }
        else if (type == typeof(int))
        {
            Expect(reader, JsonTokenType.Number, name, "a whole number");
            if (!reader.TryGetInt32(out _))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} must be a whole number without fraction or exponent, at most {int.MaxValue}");
            }
        }
        else if (type == typeof(bool))
        {
            if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} must be true or false");
            }
        }
        else if (type.IsEnum)
        {
            var words = Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
            if (reader.TokenType != JsonTokenType.String || !words.Contains(reader.GetString()))
            {
                throw ProblemAt((int)reader.TokenStartIndex, $"{name} must be one of {string.Join(", ", words)}");
            }
        }
        else
        {
            Expect(reader, JsonTokenType.String, name, "a text in quotes");
        }
    }

    private void Expect(in Utf8JsonReader reader, JsonTokenType token, string name, string words)
    {
        if (reader.TokenType != token)
        {
            throw ProblemAt((int)reader.TokenStartIndex, $"{name} must be {words}");
        }
    }

    /// <summary>The byte at which the value of a path starts; where a part of the path is missing, the object that lacks it.</summary>
    private int Locate(string path)
    {
        var reader = NewReader();
        reader.Read();
        foreach (var part in path.Split('.', '['))
        {
            var at = (int)reader.TokenStartIndex;
            if (!(part.EndsWith(']') ? StepToIndex(ref reader, int.Parse(part.AsSpan(0, part.Length - 1))) : StepToKey(ref reader, part)))
            {
                return at;
            }
        }

        return (int)reader.TokenStartIndex;
    }

    private static bool StepToKey(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool StepToIndex(ref Utf8JsonReader reader, int index)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private Utf8JsonReader NewReader() => new(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });

    private int LineStart(long line)
    {
        var at = 0;
        for (; line > 0; line--)
        {
            at += utf8.AsSpan(at).IndexOf((byte)'\n') + 1;
        }

        return at;
    }

    private DocumentException ProblemAt(int index, string problem)
    {
        var before = utf8.AsSpan(0, Math.Min(index, utf8.Length));
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new DocumentException(file, line, column, problem);
    }
}
