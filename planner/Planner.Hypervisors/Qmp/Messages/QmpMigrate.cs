using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of migrate.</summary>
public sealed record QmpMigrate
{
    /// <summary>Where the destination listens, such as "unix:/run/vm.sock" or "tcp:host:4444".</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }
}
