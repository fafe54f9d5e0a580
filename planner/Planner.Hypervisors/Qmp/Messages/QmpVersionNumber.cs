using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The three numbers of a version.</summary>
public sealed record QmpVersionNumber
{
    /// <summary>Such as "10.0.2".</summary>
    public override string ToString() => $"{Major}.{Minor}.{Micro}";

    /// <summary>The major number.</summary>
    [JsonPropertyName("major")]
    public required int Major { get; init; }

    /// <summary>The minor number.</summary>
    [JsonPropertyName("minor")]
    public required int Minor { get; init; }

    /// <summary>The micro number.</summary>
    [JsonPropertyName("micro")]
    public required int Micro { get; init; }
}
