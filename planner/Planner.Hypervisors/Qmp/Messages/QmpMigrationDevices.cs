using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>What became of passed-through devices in a migration: the member "vfio" of query-migrate.</summary>
public sealed record QmpMigrationDevices
{
    /// <summary>What was sent of their states, in bytes.</summary>
    [JsonPropertyName("transferred")]
    public required long TransferredBytes { get; init; }
}
