using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A PCI device in the answer to query-pci.</summary>
public sealed record QmpPciDevice
{
    /// <summary>The device's id; empty if it has none.</summary>
    [JsonPropertyName("qdev_id")]
    public string? Id { get; init; }

    /// <summary>The bus.</summary>
    [JsonPropertyName("bus")]
    public int Bus { get; init; }

    /// <summary>The slot.</summary>
    [JsonPropertyName("slot")]
    public int Slot { get; init; }

    /// <summary>The function.</summary>
    [JsonPropertyName("function")]
    public int Function { get; init; }

    /// <summary>What it is.</summary>
    [JsonPropertyName("id")]
    public QmpPciIdentity? Identity { get; init; }

    /// <summary>What is behind it, if it is a bridge.</summary>
    [JsonPropertyName("pci_bridge")]
    public QmpPciBridge? Bridge { get; init; }
}
