using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The arguments of yank.</summary>
public sealed record QmpYank
{
    /// <summary>The migration's connections.</summary>
    public static QmpYank Migration { get; } = new() { Instances = [new QmpYankInstance { Type = "migration" }] };

    /// <summary>Whose connections are ended.</summary>
    [JsonPropertyName("instances")]
    public required IReadOnlyList<QmpYankInstance> Instances { get; init; }
}
