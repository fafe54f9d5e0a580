using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-migrate. Members are null where QEMU has nothing to say in this status.</summary>
public sealed record QmpMigration
{
    /// <summary>The status; <see cref="QmpMigrationStatus.None"/> if there was no migration yet.</summary>
    [JsonPropertyName("status")]
    public QmpMigrationStatus Status { get; init; }

    /// <summary>The time since the migration began, or that it took, in milliseconds.</summary>
    [JsonPropertyName("total-time")]
    public long? TotalMilliseconds { get; init; }

    /// <summary>The time before the first pass, in milliseconds.</summary>
    [JsonPropertyName("setup-time")]
    public long? SetupMilliseconds { get; init; }

    /// <summary>The blackout as the source saw it, in milliseconds; when the migration has completed.</summary>
    [JsonPropertyName("downtime")]
    public long? DowntimeMilliseconds { get; init; }

    /// <summary>The blackout that QEMU expects, in milliseconds; while the migration is active.</summary>
    [JsonPropertyName("expected-downtime")]
    public long? ExpectedDowntimeMilliseconds { get; init; }

    /// <summary>What is left of memory and devices, in bytes; since QEMU 11.</summary>
    [JsonPropertyName("remaining")]
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

    /// <summary>The longest time that the dirty limit held a virtual CPU back in a round, in microseconds.</summary>
    [JsonPropertyName("dirty-limit-throttle-time-per-round")]
    public long? DirtyLimitThrottleMicroseconds { get; init; }

    /// <summary>The mean time in which a dirty ring fills, in microseconds; 0 if the guest writes nothing.</summary>
    [JsonPropertyName("dirty-limit-ring-full-time")]
    public long? DirtyLimitRingFullMicroseconds { get; init; }

    /// <summary>What went wrong, for people.</summary>
    [JsonPropertyName("error-desc")]
    public string? Error { get; init; }

    /// <summary>Why this machine cannot be migrated; null if it can.</summary>
    [JsonPropertyName("blocked-reasons")]
    public IReadOnlyList<string>? BlockedReasons { get; init; }
}
