using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A PCI bus in the answer to query-pci.</summary>
public sealed record QmpPciBus
{
    /// <summary>What is on it; null where it was empty.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}
