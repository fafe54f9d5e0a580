using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of qom-get: a property of an object.</summary>
public sealed record QmpQomProperty
{
    /// <summary>The object, such as "/machine".</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }

    /// <summary>The property, such as "type".</summary>
    [JsonPropertyName("property")]
    public required string Property { get; init; }
}
