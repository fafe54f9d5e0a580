using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>Something whose connections can be ended.</summary>
public sealed record QmpYankInstance
{
    /// <summary>What it is.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }
}
