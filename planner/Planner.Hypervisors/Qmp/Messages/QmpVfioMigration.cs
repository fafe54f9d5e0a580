using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The data of VFIO_MIGRATION: a passed-through device came to another state. Told only by a vfio-pci with <c>migration-events=on</c>; since QEMU 9.1.</summary>
public sealed record QmpVfioMigration
{
    /// <summary>The device's id; empty if it has none.</summary>
    [JsonPropertyName("device-id")]
    public string DeviceId { get; init => field = value ?? ""; } = "";

    /// <summary>The device's path in the machine.</summary>
    [JsonPropertyName("qom-path")]
    public string QomPath { get; init => field = value ?? ""; } = "";

    /// <summary>The state.</summary>
    [JsonPropertyName("device-state")]
    public required QmpVfioState State { get; init; }
}
