using Planner.Estimators;

namespace Planner.Learning;

/// <summary>The simple estimator that a learned model has to beat: the time that the bytes need, and a constant for everything else.</summary>
internal sealed class BytesPredictor : IPointPredictor
{
    private readonly double _usualBytesPerSecond;
    private readonly double _restSeconds;
    private readonly double _leastSeconds;

    /// <summary>Fits the constant: the median of what the bytes do not explain.</summary>
    public BytesPredictor(IReadOnlyList<ColdStartExample> examples)
    {
        var rates = examples.Select(e => e.Features.BandwidthBytesPerSecond).Where(rate => rate > 0).ToList();
        _usualBytesPerSecond = rates.Count > 0 ? Samples.Of(rates).Median : double.PositiveInfinity;
        _restSeconds = Samples.Of(examples.Select(e => e.ActualSeconds - WireSeconds(e.Features))).Median;
        _leastSeconds = examples.Min(e => e.ActualSeconds);
    }

    /// <inheritdoc/>
    public string Name => "byte formula with a constant";

    /// <summary>The prediction in seconds; never below the shortest example, since the constant may be negative.</summary>
    public double Seconds(in BlackoutFeatures features) => Math.Max(WireSeconds(features) + _restSeconds, _leastSeconds);

    private double WireSeconds(in BlackoutFeatures features)
    {
        var bytes = Known(features.StateBytes) + Known(features.RamRemainingBytes);
        return bytes / (features.BandwidthBytesPerSecond > 0 ? features.BandwidthBytesPerSecond : _usualBytesPerSecond);
    }

    private static double Known(double bytes) => bytes > 0 ? bytes : 0;
}
