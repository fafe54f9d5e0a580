namespace Planner.Simulation;

/// <summary>How long an arc of a simulated device takes: a distribution by its quantiles, which may drift with use.</summary>
public abstract record LatencyProfile
{
    // A heavy tail has no end. An arc of a day is past every use, and stays far from the limits of the arithmetic.
    private const double LongestSeconds = 86_400;

    /// <summary>How the level changes with the number of draws; null if it does not.</summary>
    public LatencyDrift? Drift { get; init; }

    /// <summary>The longest time that the arc can take, drift included; null if no such time is stated.</summary>
    public abstract TimeSpan? Worst { get; }

    /// <summary>The latency below which a share of the draws lies.</summary>
    /// <param name="share">The share, from 0 to less than 1.</param>
    /// <param name="earlierDraws">How often the arc has been run before; moves the drift.</param>
    /// <returns>The latency in nanoseconds: at least 0, at most <see cref="Worst"/> and a day.</returns>
    /// <remarks>With a uniform random share this is a draw (inversion).</remarks>
    public long QuantileNanoseconds(double share, long earlierDraws)
    {
        var seconds = QuantileSeconds(share) * (Drift?.Factor(earlierDraws) ?? 1);
        seconds = Math.Min(seconds, Math.Min(Worst?.TotalSeconds ?? LongestSeconds, LongestSeconds));
        return (long)Math.Round(Math.Max(seconds, 0) * 1e9);
    }

    /// <summary>The quantile without drift and without a cap, in seconds.</summary>
    /// <param name="share">The share, from 0 to less than 1.</param>
    protected abstract double QuantileSeconds(double share);
}
