using System.Text.Json.Serialization;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The header of a journal as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalJson : JsonSerializerContext;
