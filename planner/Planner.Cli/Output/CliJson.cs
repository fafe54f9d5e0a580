using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Planner.Cli;

/// <summary>The JSON that the verbs print: camelCase, one object a line, null where nothing is known.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProbeReport))]
[JsonSerializable(typeof(MigrationReport))]
[JsonSerializable(typeof(MeasureReport))]
[JsonSerializable(typeof(RecoveryReport))]
[JsonSerializable(typeof(DemoReport))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Writes one object on one line.</summary>
    public static string Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
