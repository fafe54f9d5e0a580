using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The data of SHUTDOWN and RESET.</summary>
public sealed record QmpShutdown
{
    /// <summary>Whether the guest asked for it.</summary>
    [JsonPropertyName("guest")]
    public required bool ByGuest { get; init; }

    /// <summary>Why, such as "guest-shutdown" or "host-qmp-quit".</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}
