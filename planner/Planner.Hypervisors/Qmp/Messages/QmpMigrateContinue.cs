using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of migrate-continue.</summary>
public sealed record QmpMigrateContinue
{
    /// <summary>The status that is to be left: <see cref="QmpMigrationStatus.PreSwitchover"/>.</summary>
    [JsonPropertyName("state")]
    public required QmpMigrationStatus State { get; init; }
}
