using System.Collections.Immutable;

namespace Planner.Simulation;

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
