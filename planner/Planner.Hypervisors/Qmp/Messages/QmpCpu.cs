using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>An entry of query-cpus-fast: one virtual CPU.</summary>
public sealed record QmpCpu
{
    /// <summary>Its number, from 0.</summary>
    [JsonPropertyName("cpu-index")]
    public required int Index { get; init; }

    /// <summary>Its path in the object model, for <see cref="QmpCommands.QomGetText"/>.</summary>
    [JsonPropertyName("qom-path")]
    public required string QomPath { get; init; }

    /// <summary>Its type, such as "max-x86_64-cpu"; null before QEMU 10.1, where qom-get of "type" tells it.</summary>
    [JsonPropertyName("qom-type")]
    public string? QomType { get; init; }

    /// <summary>The thread on the host that runs it.</summary>
    [JsonPropertyName("thread-id")]
    public long? ThreadId { get; init; }

    /// <summary>The architecture, such as "x86_64".</summary>
    [JsonPropertyName("target")]
    public string? Target { get; init; }
}
