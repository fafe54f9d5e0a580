using MathNet.Numerics.Distributions;

namespace Planner.Simulation;

/// <summary>A log-normal latency, given by its median and its 99th percentile.</summary>
/// <param name="Median">The median, above 0.</param>
/// <param name="P99">The 99th percentile, at least the median.</param>
/// <param name="StatedWorst">The longest time, which caps the draws; null if none is stated.</param>
public sealed record LogNormalLatency(TimeSpan Median, TimeSpan P99, TimeSpan? StatedWorst = null) : LatencyProfile
{
    private static readonly double Z99 = Normal.InvCDF(0, 1, 0.99);

    /// <inheritdoc/>
    public override TimeSpan? Worst => StatedWorst;

    /// <inheritdoc/>
    protected override double QuantileSeconds(double share)
    {
        var spread = Math.Log(P99 / Median) / Z99;
        return spread == 0 ? Median.TotalSeconds : Median.TotalSeconds * Math.Exp(spread * Normal.InvCDF(0, 1, share));
    }
}
