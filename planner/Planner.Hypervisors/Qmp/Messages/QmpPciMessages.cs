using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>What is behind a bridge in the answer to query-pci.</summary>
internal sealed record QmpPciBridge
{
    /// <summary>The devices; null where there are none.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}

/// <summary>A PCI bus in the answer to query-pci.</summary>
internal sealed record QmpPciBus
{
    /// <summary>What is on it; null where it was empty.</summary>
    [JsonPropertyName("devices")]
    public IReadOnlyList<QmpPciDevice>? Devices { get; init; }
}

/// <summary>A PCI device in the answer to query-pci.</summary>
internal sealed record QmpPciDevice
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

/// <summary>What a PCI device is: the numbers of its configuration space.</summary>
internal sealed record QmpPciIdentity
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

/// <summary>A property of an object. A child object's type is its own type within "child&lt;&gt;".</summary>
internal sealed record QmpQomMember
{
    /// <summary>The name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }
}

/// <summary>The arguments of qom-list: an object.</summary>
internal sealed record QmpQomPath
{
    /// <summary>The object, such as "/machine/peripheral".</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }
}

/// <summary>The arguments of qom-get: a property of an object.</summary>
internal sealed record QmpQomProperty
{
    /// <summary>The object, such as "/machine".</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }

    /// <summary>The property, such as "type".</summary>
    [JsonPropertyName("property")]
    public required string Property { get; init; }
}

/// <summary>The data of VFIO_MIGRATION: a passed-through device came to another state. Told only by a vfio-pci with <c>migration-events=on</c>; since QEMU 9.1.</summary>
internal sealed record QmpVfioMigration
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

/// <summary>The state of a passed-through device. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpVfioState>))]
internal enum QmpVfioState
{
    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>STOP.</summary>
    Stop,

    /// <summary>RUNNING.</summary>
    Running,

    /// <summary>STOP_COPY.</summary>
    StopCopy,

    /// <summary>RESUMING.</summary>
    Resuming,

    /// <summary>RUNNING_P2P. Spelled out for the converter: the word is running-p2p.</summary>
    RunningP2p,

    /// <summary>PRE_COPY.</summary>
    PreCopy,

    /// <summary>PRE_COPY_P2P.</summary>
    PreCopyP2p,

    /// <summary>About to go to PRE_COPY_P2P; the virtual CPUs stand. Since QEMU 11.0.</summary>
    PreCopyP2pPrepare,
}
