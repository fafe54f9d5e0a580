using System.Text.Json.Serialization;

namespace Planner.Policies;

/// <summary>A predicted blackout. What the evidence does not support is null.</summary>
/// <param name="P50Seconds">The median in seconds.</param>
/// <param name="BoundSeconds">The bound at the asked confidence in seconds.</param>
/// <param name="MissProbability">The share of blackouts that would exceed the limit, as an upper limit at 95 %.</param>
/// <param name="Method">direct, union or independent.</param>
public sealed record BlackoutEstimate(double? P50Seconds, double? BoundSeconds, double? MissProbability, string? Method)
{
    /// <summary>Whether blackouts have become longer of late than chance explains, so that the bound rests on few of them and is wider for it.
    /// Left out of the JSON where it is false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Recalibrating { get; init; }
}
