using System.Text.Json.Serialization;
using Planner.Measurements;

namespace Planner.Agent;

/// <summary>The bodies of entries, notices and answers as JSON: what is measured as it is, times to the tick.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MeasurementBatch))]
[JsonSerializable(typeof(IReadOnlyList<ArcSample>))]
[JsonSerializable(typeof(IReadOnlyList<TransferSample>))]
[JsonSerializable(typeof(IReadOnlyList<StateSizeSample>))]
[JsonSerializable(typeof(IReadOnlyList<BlackoutSample>))]
[JsonSerializable(typeof(IReadOnlyList<LinkAgeSample>))]
[JsonSerializable(typeof(IReadOnlyList<AttemptSummary>))]
[JsonSerializable(typeof(IReadOnlyList<MachineMove>))]
[JsonSerializable(typeof(ModelRecord))]
[JsonSerializable(typeof(MigrationEnd))]
[JsonSerializable(typeof(MigrationWord))]
[JsonSerializable(typeof(ExpectedMigration))]
internal sealed partial class AgentJson : JsonSerializerContext;
