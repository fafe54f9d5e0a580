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

/// <summary>The answer to query-migrate. Members are null where QEMU has nothing to say in this status.</summary>
internal sealed record QmpMigration
{
    /// <summary>The status; <see cref="QmpMigrationStatus.None"/> if there was no migration yet.</summary>
    [JsonPropertyName("status")]
    public QmpMigrationStatus Status { get; init; }

    /// <summary>The time since the migration began, or that it took, in milliseconds.</summary>
    [JsonPropertyName("total-time")]
    public long? TotalMilliseconds { get; init; }

    /// <summary>The blackout as the source saw it, in milliseconds; when the migration has completed.</summary>
    [JsonPropertyName("downtime")]
    public long? DowntimeMilliseconds { get; init; }

    /// <summary>What is left of memory and devices, in bytes; since QEMU 11.</summary>
    [JsonPropertyName("remaining")]
    [JsonConverter(typeof(QmpCountConverter))]
    public long? RemainingBytes { get; init; }

    /// <summary>What became of the memory.</summary>
    [JsonPropertyName("ram")]
    public QmpMigrationMemory? Memory { get; init; }

    /// <summary>What became of passed-through devices; null if there are none.</summary>
    [JsonPropertyName("vfio")]
    public QmpMigrationDevices? Devices { get; init; }

    /// <summary>How much auto-converge holds the virtual CPUs back, in percent; null if it does not.</summary>
    [JsonPropertyName("cpu-throttle-percentage")]
    public int? CpuThrottlePercent { get; init; }

    /// <summary>What went wrong, for people.</summary>
    [JsonPropertyName("error-desc")]
    public string? Error { get; init; }

    /// <summary>Why this machine cannot be migrated; null if it can.</summary>
    [JsonPropertyName("blocked-reasons")]
    public IReadOnlyList<string>? BlockedReasons { get; init; }
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
    [JsonPropertyName("transferred")]
    public required long TransferredBytes { get; init; }
}

/// <summary>What became of the memory in a migration: the member "ram" of query-migrate.</summary>
internal sealed record QmpMigrationMemory
{
    /// <summary>What was sent so far, in bytes.</summary>
    [JsonPropertyName("transferred")]
    public required long TransferredBytes { get; init; }

    /// <summary>What was known to be left, in bytes. It counts what was dirty at the last synchronization, so it is exact only right after a pass.</summary>
    [JsonPropertyName("remaining")]
    public required long RemainingBytes { get; init; }

    /// <summary>The size of the memory, in bytes.</summary>
    [JsonPropertyName("total")]
    public required long TotalBytes { get; init; }

    /// <summary>How often the dirty bitmap was synchronized.</summary>
    [JsonPropertyName("dirty-sync-count")]
    public required long DirtySyncCount { get; init; }

    /// <summary>The size of a page, in bytes.</summary>
    [JsonPropertyName("page-size")]
    public required int PageBytes { get; init; }

    /// <summary>The throughput of the last window, in 10^6 bits per second.</summary>
    [JsonPropertyName("mbps")]
    public required double MegabitsPerSecond { get; init; }

    /// <summary>What was sent while the guest ran, in bytes.</summary>
    [JsonPropertyName("precopy-bytes")]
    public long? PreCopyBytes { get; init; }

    /// <summary>What was sent while the guest was stopped, in bytes.</summary>
    [JsonPropertyName("downtime-bytes")]
    public long? DowntimeBytes { get; init; }

    /// <summary>What was sent after the guest ran at the destination, in bytes.</summary>
    [JsonPropertyName("postcopy-bytes")]
    public long? PostCopyBytes { get; init; }
}

/// <summary>The answer to query-migrate-parameters, and the arguments of migrate-set-parameters. What is null was not told, or stays as it is.</summary>
internal sealed record QmpMigrationParameters
{
    /// <summary>The blackout at which QEMU stops the machine, in milliseconds.</summary>
    [JsonPropertyName("downtime-limit")]
    public long? DowntimeLimitMilliseconds { get; init; }

    /// <summary>The bandwidth to expect at the switchover, in bytes per second; 0 lets QEMU estimate it.</summary>
    [JsonPropertyName("avail-switchover-bandwidth")]
    public long? SwitchoverBytesPerSecond { get; init; }

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
