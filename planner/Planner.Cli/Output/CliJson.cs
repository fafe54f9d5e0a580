using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Planner.Documents;
using Planner.Evaluation;

namespace Planner.Cli;

/// <summary>The JSON that the verbs print: camelCase, one object a line, null where nothing is known.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProbeReport))]
[JsonSerializable(typeof(MachineProbeReport))]
[JsonSerializable(typeof(MigrationReport))]
[JsonSerializable(typeof(MeasureReport))]
[JsonSerializable(typeof(RecoveryReport))]
[JsonSerializable(typeof(AttemptReport))]
[JsonSerializable(typeof(PolicyCheckReport))]
[JsonSerializable(typeof(PolicyExplanation))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(RuleReport))]
[JsonSerializable(typeof(LatencySeriesReport))]
[JsonSerializable(typeof(StopMomentReport))]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(SimulationReport))]
[JsonSerializable(typeof(StoreCopyReport))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Writes one object on one line.</summary>
    public static string Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);

    /// <summary>Writes one object on one line, with fields before its own.</summary>
    public static string Write<T>(T value, JsonTypeInfo<T> type, params ReadOnlySpan<(string Name, string Value)> first)
    {
        var node = JsonSerializer.SerializeToNode(value, type)!.AsObject();
        for (var i = 0; i < first.Length; i++)
        {
            node.Insert(i, first[i].Name, JsonValue.Create(first[i].Value));
        }

        return node.ToJsonString();
    }
}
