using System.Text.Json.Serialization;

namespace Planner.Policies;

/// <summary>What is known about one arc of a device class.</summary>
public sealed record ArcEvidence
{
    /// <summary>The state that is left, by its uAPI name.</summary>
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>The state that is entered, by its uAPI name. The arc may be a combination, such as RESUMING to RUNNING.</summary>
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>Measured latencies in seconds, oldest first; each at least 0.</summary>
    public IReadOnlyList<double> Seconds { get; init => field = value ?? []; } = [];

    /// <summary>How many of the first of <see cref="Seconds"/> were not measured but assumed: all while nothing was measured, or values beyond the measured
    /// ones while these are few. At least 0, and left out of JSON where it is 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Assumed { get; init; }

    /// <summary>Whether nothing of it was measured.</summary>
    [JsonIgnore]
    public bool IsGuess => Assumed > 0 && Assumed == Seconds.Count;

    /// <summary>The worst case that a profile or the device states, in seconds; null if none is stated.</summary>
    public double? WorstSeconds { get; init; }
}
