using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of cancel-vcpu-dirty-limit.</summary>
public sealed record QmpCancelVcpuDirtyLimit
{
    /// <summary>The number of the virtual CPU; null for all.</summary>
    [JsonPropertyName("cpu-index")]
    public int? CpuIndex { get; init; }
}
