using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of migrate-set-capabilities. Capabilities that are not named stay as they are.</summary>
public sealed record QmpMigrationCapabilities
{
    /// <summary>What to switch.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<QmpMigrationCapability> Capabilities { get; init; }
}
