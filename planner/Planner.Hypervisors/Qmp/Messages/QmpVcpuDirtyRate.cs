using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The dirty rate of one virtual CPU.</summary>
public sealed record QmpVcpuDirtyRate
{
    /// <summary>Its number.</summary>
    [JsonPropertyName("id")]
    public required int Id { get; init; }

    /// <summary>The rate, in MiB per second.</summary>
    [JsonPropertyName("dirty-rate")]
    public required long MegabytesPerSecond { get; init; }
}
