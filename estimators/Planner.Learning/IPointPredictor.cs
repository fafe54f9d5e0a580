using Planner.Estimators;

namespace Planner.Learning;

/// <summary>Predicts a blackout from its features by one number.</summary>
internal interface IPointPredictor
{
    /// <summary>What it is, for sentences.</summary>
    string Name { get; }

    /// <summary>The prediction in seconds; above 0.</summary>
    double Seconds(in BlackoutFeatures features);
}
