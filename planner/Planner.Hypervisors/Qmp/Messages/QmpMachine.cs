using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>An entry of query-machines: a kind of machine that this QEMU can be.</summary>
public sealed record QmpMachine
{
    /// <summary>The versioned name, such as "pc-i440fx-10.0".</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Another name for it, such as "pc"; null if it has none.</summary>
    [JsonPropertyName("alias")]
    public string? Alias { get; init; }

    /// <summary>Whether it is the default; null if it is not.</summary>
    [JsonPropertyName("is-default")]
    public bool? IsDefault { get; init; }

    /// <summary>The most virtual CPUs that it takes.</summary>
    [JsonPropertyName("cpu-max")]
    public int? MaxCpus { get; init; }
}
