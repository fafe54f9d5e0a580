namespace Planner.Evaluation;

/// <summary>What <c>evaluate</c> prints of one latency series. What has no value, such as a rate of no steps, is null.</summary>
public sealed record LatencySeriesReport
{
    /// <summary>The series.</summary>
    public required string Series { get; init; }

    /// <summary>Samples in the series, those of the warm-up included.</summary>
    public required int Samples { get; init; }

    /// <summary>The share of samples that the bound should hold for.</summary>
    public required double Level { get; init; }

    /// <summary>Share of the samples after the warm-up that exceeded their bound.</summary>
    public double? MissRate { get; init; }

    /// <summary>The largest share of misses in any 200 consecutive samples after the warm-up.</summary>
    public double? WorstBlockMissRate { get; init; }

    /// <summary>Share of the steps after the warm-up without a bound, or with one that was only clipped to the largest value known.</summary>
    public double? UnboundedShare { get; init; }

    /// <summary>Mean of the bounds after the warm-up in seconds, clipped ones included.</summary>
    public double? MeanBoundSeconds { get; init; }
}
