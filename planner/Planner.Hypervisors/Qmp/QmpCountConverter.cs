using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A count that may be missing. One that cannot be, such as a difference that went below zero in 64 bits, does not make the rest of an answer
/// unreadable: it becomes <see cref="Unbelievable"/>.</summary>
internal sealed class QmpCountConverter : JsonConverter<long?>
{
    /// <summary>Stands for a number that is not believed.</summary>
    public const long Unbelievable = -1;

    // An exbibyte: no machine and no device has as much.
    private const long Most = 1L << 60;

    /// <inheritdoc/>
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt64(out var count) && count is >= 0 and <= Most => count,
        JsonTokenType.Number => Unbelievable,
        _ => throw new JsonException("a number was expected"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, QmpJsonContext.Default.NullableInt64);
}
