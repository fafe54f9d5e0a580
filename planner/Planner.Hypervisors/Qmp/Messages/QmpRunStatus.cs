using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-status: whether the machine runs.</summary>
public sealed record QmpRunStatus
{
    /// <summary>Whether the virtual CPUs run.</summary>
    [JsonPropertyName("running")]
    public required bool Running { get; init; }

    /// <summary>The state of the machine.</summary>
    [JsonPropertyName("status")]
    public required QmpRunState Status { get; init; }
}
