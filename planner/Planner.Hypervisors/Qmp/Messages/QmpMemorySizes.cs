using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-memory-size-summary.</summary>
public sealed record QmpMemorySizes
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
