using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of calc-dirty-rate.</summary>
public sealed record QmpDirtyRateRequest
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
