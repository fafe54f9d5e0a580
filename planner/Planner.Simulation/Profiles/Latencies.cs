using System.Collections.Immutable;
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

/// <summary>A latency drawn from a list of measured ones, each as likely as the others.</summary>
public sealed record EmpiricalLatency : LatencyProfile
{
    private readonly ImmutableArray<TimeSpan> _sorted;

    /// <summary>Makes the distribution.</summary>
    /// <param name="values">At least one value, each at least 0.</param>
    public EmpiricalLatency(IEnumerable<TimeSpan> values)
    {
        _sorted = [.. values.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(_sorted.Length, nameof(values));
    }

    /// <summary>The values, smallest first.</summary>
    public IReadOnlyList<TimeSpan> Values => _sorted;

    /// <summary>The largest value at the highest level of the drift: nothing longer can be drawn.</summary>
    public override TimeSpan? Worst => _sorted[^1] * (Drift?.HighestFactor ?? 1);

    /// <inheritdoc/>
    protected override double QuantileSeconds(double share) =>
        _sorted[Math.Min((int)(share * _sorted.Length), _sorted.Length - 1)].TotalSeconds;
}

/// <summary>A change of a latency's level: a step after some draws, and from there perhaps a ramp to another level.</summary>
/// <param name="StepTo">The factor after the step.</param>
/// <param name="After">The number of draws before the step.</param>
/// <param name="RampTo">The factor at the end of the ramp; equal to <paramref name="StepTo"/> if there is none.</param>
/// <param name="Over">The length of the ramp in draws; 0 if there is none.</param>
public sealed record LatencyDrift(double StepTo, int After, double RampTo, int Over)
{
    /// <summary>The highest factor that is ever reached.</summary>
    public double HighestFactor => Math.Max(1, Math.Max(StepTo, RampTo));

    /// <summary>The factor on a draw.</summary>
    /// <param name="earlierDraws">How many draws came before it.</param>
    public double Factor(long earlierDraws)
    {
        if (earlierDraws < After)
        {
            return 1;
        }

        var share = Over == 0 ? 1 : Math.Min((double)(earlierDraws - After) / Over, 1);
        return Over == 0 ? StepTo : StepTo + ((RampTo - StepTo) * share);
    }
}
