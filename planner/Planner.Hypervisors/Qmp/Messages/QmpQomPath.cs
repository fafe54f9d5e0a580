using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of qom-list: an object.</summary>
public sealed record QmpQomPath
{
    /// <summary>The object, such as "/machine/peripheral".</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }
}
