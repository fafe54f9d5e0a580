using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>The JSON that <c>evaluate</c> and <c>replay</c> print: camelCase, one object a line, null where nothing is known.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RuleReport))]
[JsonSerializable(typeof(LatencySeriesReport))]
[JsonSerializable(typeof(StopMomentReport))]
[JsonSerializable(typeof(ReplayedTrace))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>Writes one object on one line.</summary>
    public static string Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
