using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of migrate.</summary>
internal sealed record QmpMigrate
{
    /// <summary>Where the destination listens, such as "unix:/run/vm.sock" or "tcp:host:4444".</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }
}

/// <summary>The arguments of migrate-incoming.</summary>
internal sealed record QmpMigrateIncoming
{
    /// <summary>Where to listen.</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }
}

/// <summary>The answer to query-migrate. Members are null where QEMU has nothing to say in this status, or says what cannot be.</summary>
[JsonConverter(typeof(QmpMigrationConverter))]
internal sealed record QmpMigration
{
    /// <summary>The status; <see cref="QmpMigrationStatus.None"/> if there was no migration yet.</summary>
    public QmpMigrationStatus Status { get; init; }

    /// <summary>The time since the migration began, or that it took, in milliseconds.</summary>
    public long? TotalMilliseconds { get; init; }

    /// <summary>The blackout as the source saw it, in milliseconds; when the migration has completed.</summary>
    public long? DowntimeMilliseconds { get; init; }

    /// <summary>What is left of memory and devices, in bytes; since QEMU 11.</summary>
    public long? RemainingBytes { get; init; }

    /// <summary>What became of the memory.</summary>
    public QmpMigrationMemory? Memory { get; init; }

    /// <summary>What became of passed-through devices; null if there are none.</summary>
    public QmpMigrationDevices? Devices { get; init; }

    /// <summary>How much auto-converge holds the virtual CPUs back, in percent; null if it does not.</summary>
    public int? CpuThrottlePercent { get; init; }

    /// <summary>What went wrong, for people.</summary>
    public string? Error { get; init; }

    /// <summary>Why this machine cannot be migrated; null if it can.</summary>
    public IReadOnlyList<string>? BlockedReasons { get; init; }

    /// <summary>The members that hold what cannot be, such as "ram.mbps".</summary>
    public IReadOnlyList<string> Doubted { get; init; } = [];
}

/// <summary>The arguments of migrate-set-capabilities. Capabilities that are not named stay as they are.</summary>
internal sealed record QmpMigrationCapabilities
{
    /// <summary>What to switch.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<QmpMigrationCapability> Capabilities { get; init; }
}

/// <summary>A capability of migration: on or off.</summary>
internal sealed record QmpMigrationCapability
{
    /// <summary>Events for each change of the status.</summary>
    public const string Events = "events";

    /// <summary>The destination answers to the source, also in pre-copy; needed for an honest downtime.</summary>
    public const string ReturnPath = "return-path";

    /// <summary>QEMU stops the machine and waits for migrate-continue before it sends device states.</summary>
    public const string PauseBeforeSwitchover = "pause-before-switchover";

    /// <summary>QEMU holds virtual CPUs back if the migration does not converge.</summary>
    public const string AutoConverge = "auto-converge";

    /// <summary>QEMU holds virtual CPUs back by a limit of their dirty rate; needs KVM with a dirty ring.</summary>
    public const string DirtyLimit = "dirty-limit";

    /// <summary>The guest may run at the destination before all memory is there.</summary>
    public const string PostCopyMemory = "postcopy-ram";

    /// <summary>Several connections carry the memory; needed alike on both sides.</summary>
    public const string Multifd = "multifd";

    /// <summary>Its name, such as <see cref="Events"/>. QEMU refuses a name that it does not know.</summary>
    [JsonPropertyName("capability")]
    public required string Name { get; init; }

    /// <summary>Whether it is on.</summary>
    [JsonPropertyName("state")]
    public required bool On { get; init; }
}

/// <summary>The data of MIGRATION: the migration has a new status. Needs the capability <see cref="QmpMigrationCapability.Events"/>.</summary>
internal sealed record QmpMigrationChange
{
    /// <summary>The new status.</summary>
    [JsonPropertyName("status")]
    public required QmpMigrationStatus Status { get; init; }
}

/// <summary>What became of passed-through devices in a migration: the member "vfio" of query-migrate.</summary>
internal sealed record QmpMigrationDevices
{
    /// <summary>What was sent of their states, in bytes.</summary>
    public long? TransferredBytes { get; init; }
}

/// <summary>What became of the memory in a migration: the member "ram" of query-migrate.</summary>
internal sealed record QmpMigrationMemory
{
    /// <summary>What was sent so far, in bytes.</summary>
    public long? TransferredBytes { get; init; }

    /// <summary>What was known to be left, in bytes. It counts what was dirty at the last synchronization, so it is exact only right after a pass.</summary>
    public long? RemainingBytes { get; init; }

    /// <summary>The size of the memory, in bytes.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>How often the dirty bitmap was synchronized.</summary>
    public long? DirtySyncCount { get; init; }

    /// <summary>The throughput of the last window, in 10^6 bits per second.</summary>
    public double? MegabitsPerSecond { get; init; }

    /// <summary>What was sent while the guest was stopped, in bytes.</summary>
    public long? DowntimeBytes { get; init; }
}

/// <summary>The answer to query-migrate-parameters, and the arguments of migrate-set-parameters. What is null was not told, or stays as it is.</summary>
internal sealed record QmpMigrationParameters
{
    /// <summary>The blackout at which QEMU stops the machine, in milliseconds.</summary>
    [JsonPropertyName("downtime-limit")]
    public long? DowntimeLimitMilliseconds { get; init; }

    /// <summary>The bandwidth to expect at the switchover, in bytes per second; 0 lets QEMU estimate it.</summary>
    [JsonPropertyName("avail-switchover-bandwidth")]
    public ulong? SwitchoverBytesPerSecond { get; init; }

    /// <summary>The most that pre-copy sends at, in bytes per second; 0 for no cap. The stop phase is not held to it.</summary>
    [JsonPropertyName("max-bandwidth")]
    public ulong? MaxBandwidth { get; init; }

    /// <summary>How much auto-converge holds back at first, in percent.</summary>
    [JsonPropertyName("cpu-throttle-initial")]
    public int? CpuThrottleInitialPercent { get; init; }

    /// <summary>How much more at each step, in percent.</summary>
    [JsonPropertyName("cpu-throttle-increment")]
    public int? CpuThrottleIncrementPercent { get; init; }

    /// <summary>Whether the last steps are smaller.</summary>
    [JsonPropertyName("cpu-throttle-tailslow")]
    public bool? CpuThrottleTailSlow { get; init; }

    /// <summary>The most that auto-converge holds back, in percent.</summary>
    [JsonPropertyName("max-cpu-throttle")]
    public int? MaxCpuThrottlePercent { get; init; }

    /// <summary>The share of what was sent that must be dirtied before auto-converge steps in, in percent.</summary>
    [JsonPropertyName("throttle-trigger-threshold")]
    public int? ThrottleTriggerPercent { get; init; }

    /// <summary>How many connections carry the memory where multifd is on; both sides need the same.</summary>
    [JsonPropertyName("multifd-channels")]
    public int? MultifdChannels { get; init; }

    /// <summary>How multifd compresses, such as "none" or "zstd"; both sides need the same.</summary>
    [JsonPropertyName("multifd-compression")]
    public string? MultifdCompression { get; init; }

    /// <summary>The object with the credentials of TLS; empty without TLS.</summary>
    [JsonPropertyName("tls-creds")]
    public string? TlsCredentials { get; init; }
}

/// <summary>The data of MIGRATION_PASS: a pass over the memory begins.</summary>
internal sealed record QmpMigrationPass
{
    /// <summary>Its number, from 1 or 2 up.</summary>
    [JsonPropertyName("pass")]
    public required long Pass { get; init; }
}

/// <summary>The status of a migration. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpMigrationStatus>))]
public enum QmpMigrationStatus
{
    /// <summary>There was no migration yet.</summary>
    None,

    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>It begins.</summary>
    Setup,

    /// <summary>Pre-copy.</summary>
    Active,

    /// <summary>The machine is stopped, and QEMU waits for migrate-continue.</summary>
    PreSwitchover,

    /// <summary>Device states are sent. A cancel now may leave two machines running.</summary>
    Device,

    /// <summary>Device states are sent before post-copy; since QEMU 11.</summary>
    PostcopyDevice,

    /// <summary>Post-copy.</summary>
    PostcopyActive,

    /// <summary>Post-copy lost its connection.</summary>
    PostcopyPaused,

    /// <summary>Post-copy gets a new connection.</summary>
    PostcopyRecoverSetup,

    /// <summary>Post-copy recovers.</summary>
    PostcopyRecover,

    /// <summary>The guest has yet to give a device back.</summary>
    WaitUnplug,

    /// <summary>It is being cancelled.</summary>
    Cancelling,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>It has failed and cleans up; since QEMU 11.</summary>
    Failing,

    /// <summary>It has failed.</summary>
    Failed,

    /// <summary>It is done.</summary>
    Completed,

    /// <summary>The machine is replicated for ever.</summary>
    Colo,
}
