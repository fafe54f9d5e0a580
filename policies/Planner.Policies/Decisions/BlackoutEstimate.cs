namespace Planner.Policies;

/// <summary>A predicted blackout. What the evidence does not support is null.</summary>
/// <param name="P50Seconds">The median in seconds.</param>
/// <param name="BoundSeconds">The bound at the asked confidence in seconds.</param>
/// <param name="MissProbability">The share of blackouts that would exceed the limit, as an upper limit at 95 %.</param>
/// <param name="Method">direct, union or independent.</param>
public sealed record BlackoutEstimate(double? P50Seconds, double? BoundSeconds, double? MissProbability, string? Method);
