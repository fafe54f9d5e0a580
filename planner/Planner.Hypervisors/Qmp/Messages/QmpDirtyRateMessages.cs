using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-dirty-rate.</summary>
internal sealed record QmpDirtyRate
{
    /// <summary>Whether the rate can be read.</summary>
    [JsonIgnore]
    public bool IsMeasured => Status == "measured" && MegabytesPerSecond is not null;

    /// <summary>"unstarted", "measuring" or "measured".</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>The rate at which the guest dirties memory, in MiB per second; null while it is measured.</summary>
    [JsonPropertyName("dirty-rate")]
    public long? MegabytesPerSecond { get; init; }

    /// <summary>How long it takes, in <see cref="CalcTimeUnit"/>.</summary>
    [JsonPropertyName("calc-time")]
    public long? CalcTime { get; init; }

    /// <summary>"second" or "millisecond".</summary>
    [JsonPropertyName("calc-time-unit")]
    public string? CalcTimeUnit { get; init; }

    /// <summary>The pages looked at for each GiB of memory.</summary>
    [JsonPropertyName("sample-pages")]
    public int? SamplePages { get; init; }

    /// <summary>How it was measured.</summary>
    [JsonPropertyName("mode")]
    public string? Mode { get; init; }

    /// <summary>The rate of each virtual CPU; null unless the mode is dirty-ring.</summary>
    [JsonPropertyName("vcpu-dirty-rate")]
    public IReadOnlyList<QmpVcpuDirtyRate>? Vcpus { get; init; }
}

/// <summary>The arguments of calc-dirty-rate.</summary>
internal sealed record QmpDirtyRateRequest
{
    /// <summary>How long to measure, in <see cref="CalcTimeUnit"/>.</summary>
    [JsonPropertyName("calc-time")]
    public required long CalcTime { get; init; }

    /// <summary>"second" or "millisecond"; null for seconds.</summary>
    [JsonPropertyName("calc-time-unit")]
    public string? CalcTimeUnit { get; init; }

    /// <summary>The pages to look at for each GiB of memory; null for 512.</summary>
    [JsonPropertyName("sample-pages")]
    public int? SamplePages { get; init; }

    /// <summary>"page-sampling", "dirty-ring" or "dirty-bitmap"; null for page-sampling. Without KVM only page-sampling is right.</summary>
    [JsonPropertyName("mode")]
    public string? Mode { get; init; }
}

/// <summary>The dirty rate of one virtual CPU.</summary>
internal sealed record QmpVcpuDirtyRate
{
    /// <summary>Its number.</summary>
    [JsonPropertyName("id")]
    public required int Id { get; init; }

    /// <summary>The rate, in MiB per second.</summary>
    [JsonPropertyName("dirty-rate")]
    public required long MegabytesPerSecond { get; init; }
}
