using System.Text.Json.Serialization;

namespace Planner.Documents;

/// <summary>Serialisation of plans without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(FleetPlanDocument))]
internal sealed partial class FleetPlanJsonContext : JsonSerializerContext;
