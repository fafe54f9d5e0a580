using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The answer to query-kvm.</summary>
public sealed record QmpKvm
{
    /// <summary>Whether this machine runs on KVM.</summary>
    [JsonPropertyName("enabled")]
    public required bool Enabled { get; init; }

    /// <summary>Whether this QEMU was built with KVM.</summary>
    [JsonPropertyName("present")]
    public required bool Present { get; init; }
}
