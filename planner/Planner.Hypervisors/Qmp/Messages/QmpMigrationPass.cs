using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The data of MIGRATION_PASS: a pass over the memory begins.</summary>
public sealed record QmpMigrationPass
{
    /// <summary>Its number, from 1 or 2 up.</summary>
    [JsonPropertyName("pass")]
    public required long Pass { get; init; }
}
