using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>An entry of query-commands.</summary>
public sealed record QmpCommandName
{
    /// <summary>The name of a command that this QEMU has.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }
}
