using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Planner.Hypervisors;

/// <summary>Reads an answer member by member: one that is missing or cannot be is null, and the latter is named. So one bad number spoils nothing but
/// itself.</summary>
/// <param name="element">The object.</param>
/// <param name="path">Where it is in the answer, to stand before a member's name: empty, or such as "ram.".</param>
/// <param name="doubted">Takes the names of members that cannot be.</param>
internal sealed class QmpMembers(JsonElement element, string path, List<string> doubted)
{
    // An exbibyte: no machine and no device has as much.
    private const long MostBytes = 1L << 60;

    // No guest stands still, and no migration goes on, for a year.
    private const long MostMilliseconds = 366L * 24 * 3600 * 1000;

    // 10^15 bits per second are more than all links of a host.
    private const double MostMegabits = 1e12;

    /// <summary>A number of bytes or of other things.</summary>
    public long? Count(string name) => Whole(name, MostBytes);

    /// <summary>A time in milliseconds.</summary>
    public long? Milliseconds(string name) => Whole(name, MostMilliseconds);

    /// <summary>A share in percent.</summary>
    public int? Percent(string name) => (int?)Whole(name, 100);

    /// <summary>A rate in 10^6 bits per second.</summary>
    public double? Megabits(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var rate) && rate is >= 0 and <= MostMegabits ? rate : Doubt<double>(name)
        : null;

    /// <summary>A text.</summary>
    public string? Text(string name) => Find(name) is { } value ? TextOf(value) ?? DoubtText(name) : null;

    /// <summary>A list of texts; those that are none are left out.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            DoubtText(name);
            return null;
        }

        return [.. value.EnumerateArray().Select(TextOf).OfType<string>()];
    }

    /// <summary>A word of an enumeration.</summary>
    public T? Word<T>(string name, JsonTypeInfo<T> type)
        where T : struct, Enum => Find(name) is { } value
        ? TextOf(value) is not null ? JsonSerializer.Deserialize(value, type) : Doubt<T>(name)
        : null;

    /// <summary>An object within.</summary>
    public QmpMembers? Object(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            DoubtText(name);
            return null;
        }

        return new QmpMembers(value, $"{path}{name}.", doubted);
    }

    private long? Whole(string name, long most) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 0 && count <= most ? count : Doubt<long>(name)
        : null;

    private JsonElement? Find(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T? Doubt<T>(string name)
        where T : struct
    {
        DoubtText(name);
        return null;
    }

    private string? DoubtText(string name)
    {
        doubted.Add(path + name);
        return null;
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }
}
