using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-name.</summary>
public sealed record QmpName
{
    /// <summary>The name of the machine; null if it was given none.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}
