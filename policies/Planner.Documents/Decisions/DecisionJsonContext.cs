using System.Text.Json.Serialization;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>Serialisation of snapshots and decisions without reflection, so that the agent can be compiled ahead of time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DecisionSnapshot))]
[JsonSerializable(typeof(ExplainedDecision))]
internal sealed partial class DecisionJsonContext : JsonSerializerContext;
