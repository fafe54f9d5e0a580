using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>An entry of query-cpus-fast: one virtual CPU.</summary>
internal sealed record QmpCpu
{
    /// <summary>Its path in the object model, for <see cref="QmpCommands.QomGetText"/>.</summary>
    [JsonPropertyName("qom-path")]
    public required string QomPath { get; init; }

    /// <summary>Its type, such as "max-x86_64-cpu"; null before QEMU 10.1, where qom-get of "type" tells it.</summary>
    [JsonPropertyName("qom-type")]
    public string? QomType { get; init; }

    /// <summary>The thread on the host that runs it.</summary>
    [JsonPropertyName("thread-id")]
    public long? ThreadId { get; init; }

    /// <summary>The architecture, such as "x86_64".</summary>
    [JsonPropertyName("target")]
    public string? Target { get; init; }
}

/// <summary>The arguments of qmp_capabilities.</summary>
internal sealed record QmpEnabled
{
    /// <summary>The protocol's capabilities to switch on.</summary>
    [JsonPropertyName("enable")]
    public required IReadOnlyList<string> Names { get; init; }
}

/// <summary>The member "QMP" of the greeting.</summary>
internal sealed record QmpGreetingBody
{
    /// <summary>Which QEMU this is.</summary>
    [JsonPropertyName("version")]
    public required QmpVersion Version { get; init; }

    /// <summary>The protocol's capabilities. The specification allows objects beside words.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<JsonElement> Capabilities { get; init; }
}

/// <summary>The data of GUEST_PANICKED.</summary>
internal sealed record QmpGuestPanic
{
    /// <summary>What QEMU does: "pause", "poweroff" or "run".</summary>
    [JsonPropertyName("action")]
    public required string Action { get; init; }
}

/// <summary>The answer to query-kvm.</summary>
internal sealed record QmpKvm
{
    /// <summary>Whether this machine runs on KVM.</summary>
    [JsonPropertyName("enabled")]
    public required bool Enabled { get; init; }
}

/// <summary>The answer to query-memory-size-summary.</summary>
internal sealed record QmpMemorySizes
{
    /// <summary>All memory of the guest, in bytes.</summary>
    [JsonIgnore]
    public long TotalBytes => BaseBytes + (PluggedBytes ?? 0);

    /// <summary>The memory that the machine started with, in bytes.</summary>
    [JsonPropertyName("base-memory")]
    public required long BaseBytes { get; init; }

    /// <summary>The memory plugged in since, in bytes; null if the machine takes none.</summary>
    [JsonPropertyName("plugged-memory")]
    public long? PluggedBytes { get; init; }
}

/// <summary>The answer to query-name.</summary>
internal sealed record QmpName
{
    /// <summary>The name of the machine; null if it was given none.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}

/// <summary>No arguments, or an answer that says no more than that the command was executed.</summary>
public sealed record QmpNone
{
    /// <summary>The one value.</summary>
    public static QmpNone Value { get; } = new();
}

/// <summary>The state of a machine. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpRunState>))]
public enum QmpRunState
{
    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It was stopped by a command.</summary>
    Paused,

    /// <summary>It was started with -S and has not run yet.</summary>
    Prelaunch,

    /// <summary>It waits for an incoming migration, or receives it.</summary>
    Inmigrate,

    /// <summary>It was stopped for the end of a migration.</summary>
    FinishMigrate,

    /// <summary>It was migrated away. To let it run again makes a second machine.</summary>
    Postmigrate,

    /// <summary>A snapshot is loaded.</summary>
    RestoreVm,

    /// <summary>A snapshot is saved.</summary>
    SaveVm,

    /// <summary>The guest sleeps.</summary>
    Suspended,

    /// <summary>The guest has shut down, and QEMU stays.</summary>
    Shutdown,

    /// <summary>The watchdog stopped it.</summary>
    Watchdog,

    /// <summary>The guest panicked.</summary>
    GuestPanicked,

    /// <summary>An error of a disk stopped it.</summary>
    IoError,

    /// <summary>An error of QEMU or KVM stopped it.</summary>
    InternalError,

    /// <summary>A debugger stopped it.</summary>
    Debug,

    /// <summary>It is replicated.</summary>
    Colo,
}

/// <summary>The answer to query-status: whether the machine runs.</summary>
internal sealed record QmpRunStatus
{
    /// <summary>The state of the machine.</summary>
    [JsonPropertyName("status")]
    public required QmpRunState Status { get; init; }
}

/// <summary>The data of SHUTDOWN and RESET.</summary>
internal sealed record QmpShutdown
{

    /// <summary>Why, such as "guest-shutdown" or "host-qmp-quit".</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}

/// <summary>The answer to query-uuid.</summary>
internal sealed record QmpUuid
{
    /// <summary>The UUID of the machine; zeroes if it was given none.</summary>
    [JsonPropertyName("UUID")]
    public required string Uuid { get; init; }
}

/// <summary>The version of a QEMU, in the greeting and in the answer to query-version.</summary>
public sealed record QmpVersion
{
    /// <summary>Such as "10.0.2".</summary>
    public override string ToString() => Number.ToString();

    /// <summary>The three numbers.</summary>
    [JsonPropertyName("qemu")]
    public required QmpVersionNumber Number { get; init; }
}

/// <summary>The three numbers of a version.</summary>
public sealed record QmpVersionNumber
{
    /// <summary>Such as "10.0.2".</summary>
    public override string ToString() => $"{Major}.{Minor}.{Micro}";

    /// <summary>The major number.</summary>
    [JsonPropertyName("major")]
    public required int Major { get; init; }

    /// <summary>The minor number.</summary>
    [JsonPropertyName("minor")]
    public required int Minor { get; init; }

    /// <summary>The micro number.</summary>
    [JsonPropertyName("micro")]
    public required int Micro { get; init; }
}

/// <summary>The arguments of yank.</summary>
internal sealed record QmpYank
{
    /// <summary>The migration's connections.</summary>
    public static QmpYank Migration { get; } = new() { Instances = [new QmpYankInstance { Type = "migration" }] };

    /// <summary>Whose connections are ended.</summary>
    [JsonPropertyName("instances")]
    public required IReadOnlyList<QmpYankInstance> Instances { get; init; }
}

/// <summary>Something whose connections can be ended.</summary>
internal sealed record QmpYankInstance
{
    /// <summary>What it is.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }
}
