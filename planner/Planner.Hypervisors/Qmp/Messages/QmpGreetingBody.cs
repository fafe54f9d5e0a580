using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The member "QMP" of the greeting.</summary>
internal sealed record QmpGreetingBody
{
    /// <summary>Which QEMU this is.</summary>
    [JsonPropertyName("version")]
    public required QmpVersion Version { get; init; }

    /// <summary>The protocol's capabilities. The specification allows objects beside words.</summary>
    [JsonPropertyName("capabilities")]
    public required IReadOnlyList<JsonElement> Capabilities { get; init; }
}
