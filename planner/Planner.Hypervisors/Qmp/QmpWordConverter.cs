using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>Words of QMP as an enumeration: "pre-switchover" is <c>PreSwitchover</c>. A later QEMU may have words that are not known here;
/// they become <c>Unknown</c>, which is never written.</summary>
/// <typeparam name="T">An enumeration with a member Unknown.</typeparam>
internal sealed class QmpWordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly T Unknown = Enum.Parse<T>("Unknown");

    private static readonly FrozenDictionary<string, T> Members = Enum.GetValues<T>()
        .Where(member => !member.Equals(Unknown))
        .ToFrozenDictionary(Word, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType != JsonTokenType.String ? throw new JsonException("a word was expected")
        : Members.TryGetValue(reader.GetString()!, out var member) ? member
        : Unknown;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Equals(Unknown) ? throw new JsonException("an unknown word cannot be said") : Word(value));

    private static string Word(T member) => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString());
}
