using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>An entry of query-vcpu-dirty-limit.</summary>
public sealed record QmpVcpuDirtyLimit
{
    /// <summary>The number of the virtual CPU.</summary>
    [JsonPropertyName("cpu-index")]
    public required int CpuIndex { get; init; }

    /// <summary>The limit, in MiB per second; 0 for none.</summary>
    [JsonPropertyName("limit-rate")]
    public required long LimitMegabytesPerSecond { get; init; }

    /// <summary>The rate now, in MiB per second.</summary>
    [JsonPropertyName("current-rate")]
    public required long CurrentMegabytesPerSecond { get; init; }
}
