using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

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
