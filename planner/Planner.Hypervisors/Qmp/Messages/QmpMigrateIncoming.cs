using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of migrate-incoming.</summary>
public sealed record QmpMigrateIncoming
{
    /// <summary>Where to listen.</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }

    /// <summary>Whether this QEMU exits if the migration fails; null for its default, yes.</summary>
    [JsonPropertyName("exit-on-error")]
    public bool? ExitOnError { get; init; }
}
