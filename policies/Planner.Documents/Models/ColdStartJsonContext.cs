using System.Text.Json.Serialization;

namespace Planner.Documents;

/// <summary>Serialisation of models without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 8)]
[JsonSerializable(typeof(ColdStartDocument))]
internal sealed partial class ColdStartJsonContext : JsonSerializerContext;
