using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A property of an object. A child object's type is its own type within "child&lt;&gt;".</summary>
public sealed record QmpQomMember
{
    /// <summary>The name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }
}
