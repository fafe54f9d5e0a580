using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The data of GUEST_PANICKED.</summary>
public sealed record QmpGuestPanic
{
    /// <summary>What QEMU does: "pause", "poweroff" or "run".</summary>
    [JsonPropertyName("action")]
    public required string Action { get; init; }
}
