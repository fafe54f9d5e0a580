using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of qmp_capabilities.</summary>
public sealed record QmpEnabled
{
    /// <summary>The protocol's capabilities to switch on.</summary>
    [JsonPropertyName("enable")]
    public required IReadOnlyList<string> Names { get; init; }
}
