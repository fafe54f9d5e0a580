using Planner.Estimators;

namespace Planner.Learning;

/// <summary>The simplest estimator of all: every blackout takes as long as the median of those before it.</summary>
internal sealed class MedianPredictor(IReadOnlyList<ColdStartExample> examples) : IPointPredictor
{
    private readonly double _seconds = Samples.Of(examples.Select(e => e.ActualSeconds)).Median;

    /// <inheritdoc/>
    public string Name => "constant median";

    /// <inheritdoc/>
    public double Seconds(in BlackoutFeatures features) => _seconds;
}
