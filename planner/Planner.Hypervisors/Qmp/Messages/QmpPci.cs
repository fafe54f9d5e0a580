using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A PCI bus in the answer to query-pci.</summary>
public sealed record QmpPciBus
{
    /// <summary>What is on it; null where it was empty.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}

/// <summary>A PCI device in the answer to query-pci.</summary>
public sealed record QmpPciDevice
{
    /// <summary>The device's id; empty if it has none.</summary>
    [JsonPropertyName("qdev_id")]
    public string? Id { get; init; }

    /// <summary>The bus, the slot and the function that it is at.</summary>
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

/// <summary>What is behind a bridge in the answer to query-pci.</summary>
public sealed record QmpPciBridge
{
    /// <summary>The devices; null where there are none.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}

/// <summary>What a PCI device is: the numbers of its configuration space.</summary>
public sealed record QmpPciIdentity
{
    /// <summary>The vendor.</summary>
    [JsonPropertyName("vendor")]
    public int Vendor { get; init; }

    /// <summary>The device.</summary>
    [JsonPropertyName("device")]
    public int Device { get; init; }

    /// <summary>The vendor of the board; null if it is not told.</summary>
    [JsonPropertyName("subsystem-vendor")]
    public int? SubsystemVendor { get; init; }

    /// <summary>The board; null if it is not told.</summary>
    [JsonPropertyName("subsystem")]
    public int? Subsystem { get; init; }
}
