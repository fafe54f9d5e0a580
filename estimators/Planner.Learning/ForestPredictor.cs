using Planner.Estimators;

namespace Planner.Learning;

/// <summary>The learned trees.</summary>
internal sealed class ForestPredictor(FlatForest forest) : IPointPredictor
{
    private readonly float[] _values = new float[BlackoutFeatures.Count];

    /// <inheritdoc/>
    public string Name => "learned model";

    /// <inheritdoc/>
    public double Seconds(in BlackoutFeatures features)
    {
        features.Write(_values);
        return Math.Exp(forest.Evaluate(_values));
    }
}
