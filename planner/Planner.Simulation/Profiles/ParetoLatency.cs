namespace Planner.Simulation;

/// <summary>A heavy-tailed latency: P(T > t) = (scale / t)^alpha for t at least the scale.</summary>
/// <param name="Scale">The shortest latency, above 0.</param>
/// <param name="Alpha">The tail index, above 0; at 2 and below the variance is infinite.</param>
/// <param name="StatedWorst">The longest time, which caps the draws; null if none is stated.</param>
public sealed record ParetoLatency(TimeSpan Scale, double Alpha, TimeSpan? StatedWorst = null) : LatencyProfile
{
    /// <inheritdoc/>
    public override TimeSpan? Worst => StatedWorst;

    /// <inheritdoc/>
    protected override double QuantileSeconds(double share) => Scale.TotalSeconds * Math.Pow(1 - share, -1 / Alpha);
}
