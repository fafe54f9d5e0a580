using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-uuid.</summary>
public sealed record QmpUuid
{
    /// <summary>The UUID of the machine; zeroes if it was given none.</summary>
    [JsonPropertyName("UUID")]
    public required string Uuid { get; init; }
}
