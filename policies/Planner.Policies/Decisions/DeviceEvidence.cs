using System.Text.Json.Serialization;

namespace Planner.Policies;

/// <summary>One device at the moment of the decision, with what is known about its class.</summary>
public sealed record DeviceEvidence
{
    /// <summary>The device's name in the machine.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The class whose members share latencies.</summary>
    public string? Class { get; init; }

    /// <summary>The state now, by its uAPI name; null means RUNNING.</summary>
    public string? State { get; init; }

    /// <summary>The migration capabilities, by their uAPI names.</summary>
    public IReadOnlyList<string> Flags { get; init => field = value ?? []; } = [];

    /// <summary>Those of the device on the destination; empty if they are the same.</summary>
    public IReadOnlyList<string> DestinationFlags { get; init => field = value ?? []; } = [];

    /// <summary>The bytes that the stop phase will carry for it; null if not known.</summary>
    public long? StateBytes { get; init; }

    /// <summary>Past actual / expected sizes of the class, oldest first; empty if <see cref="StateBytes"/> is exact.</summary>
    public IReadOnlyList<double> StateSizeRatios { get; init => field = value ?? []; } = [];

    /// <summary>How long reading the state out of the device and loading it took in past stop phases beyond what the link took, for a state of the expected
    /// size; in seconds, oldest first. Empty if that is part of the transfer's rate.</summary>
    public IReadOnlyList<double> StateSeconds { get; init => field = value ?? []; } = [];

    /// <summary>How many of the first of <see cref="StateSeconds"/> were not measured but assumed. At least 0, and left out of JSON where it is 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int StateSecondsAssumed { get; init; }

    /// <summary>The arcs that were measured.</summary>
    public IReadOnlyList<ArcEvidence> Arcs { get; init => field = value ?? []; } = [];
}
