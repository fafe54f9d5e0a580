using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The data of MIGRATION: the migration has a new status. Needs the capability <see cref="QmpMigrationCapability.Events"/>.</summary>
public sealed record QmpMigrationChange
{
    /// <summary>The new status.</summary>
    [JsonPropertyName("status")]
    public required QmpMigrationStatus Status { get; init; }
}
