using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The version of a QEMU, in the greeting and in the answer to query-version.</summary>
public sealed record QmpVersion
{
    /// <summary>Such as "10.0.2".</summary>
    public override string ToString() => Number.ToString();

    /// <summary>The three numbers.</summary>
    [JsonPropertyName("qemu")]
    public required QmpVersionNumber Number { get; init; }

    /// <summary>What a distribution adds to it, such as "Debian 1:10.0.2+ds-2"; empty or null if nothing.</summary>
    [JsonPropertyName("package")]
    public string? Package { get; init; }
}
