using Planner.Estimators;

namespace Planner.Learning;

/// <summary>The simplest estimator of all: every blackout takes as long as the median of those before it.</summary>
internal sealed class MedianPredictor(IReadOnlyList<ColdStartExample> examples) : IPointPredictor
{
    private readonly double _seconds = Median(examples.Select(e => e.ActualSeconds));

    /// <inheritdoc/>
    public string Name => "constant median";

    /// <inheritdoc/>
    public double Seconds(in BlackoutFeatures features) => _seconds;

    /// <summary>The middle value, the lower one of two; of at least one.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[(sorted.Length - 1) / 2];
    }
}
