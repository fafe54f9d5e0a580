using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>What is behind a bridge in the answer to query-pci.</summary>
public sealed record QmpPciBridge
{
    /// <summary>The devices; null where there are none.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}
