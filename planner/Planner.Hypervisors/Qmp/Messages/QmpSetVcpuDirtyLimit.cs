using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of set-vcpu-dirty-limit.</summary>
public sealed record QmpSetVcpuDirtyLimit
{
    /// <summary>The number of the virtual CPU; null for all.</summary>
    [JsonPropertyName("cpu-index")]
    public int? CpuIndex { get; init; }

    /// <summary>The limit, in MiB per second.</summary>
    [JsonPropertyName("dirty-rate")]
    public required long MegabytesPerSecond { get; init; }
}
