using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-migrate-parameters, and the arguments of migrate-set-parameters. What is null was not told, or stays as it is.</summary>
public sealed record QmpMigrationParameters
{
    /// <summary>The blackout at which QEMU stops the machine, in milliseconds.</summary>
    [JsonPropertyName("downtime-limit")]
    public long? DowntimeLimitMilliseconds { get; init; }

    /// <summary>The most that is sent while the guest runs, in bytes per second; 0 for no limit. The switchover is not limited by it.</summary>
    [JsonPropertyName("max-bandwidth")]
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>The bandwidth to expect at the switchover, in bytes per second; 0 lets QEMU estimate it.</summary>
    [JsonPropertyName("avail-switchover-bandwidth")]
    public long? SwitchoverBytesPerSecond { get; init; }

    /// <summary>The most that post-copy sends in the background, in bytes per second; 0 for no limit.</summary>
    [JsonPropertyName("max-postcopy-bandwidth")]
    public long? MaxPostCopyBytesPerSecond { get; init; }

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

    /// <summary>The period of the dirty limit, in milliseconds. QEMU calls it experimental.</summary>
    [JsonPropertyName("x-vcpu-dirty-limit-period")]
    public long? VcpuDirtyLimitPeriodMilliseconds { get; init; }

    /// <summary>The limit of a virtual CPU's dirty rate, in MiB per second.</summary>
    [JsonPropertyName("vcpu-dirty-limit")]
    public long? VcpuDirtyLimitMegabytesPerSecond { get; init; }

    /// <summary>The number of channels of multifd.</summary>
    [JsonPropertyName("multifd-channels")]
    public int? MultifdChannels { get; init; }
}
