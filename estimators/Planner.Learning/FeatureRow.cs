using Microsoft.ML.Data;
using Planner.Estimators;

namespace Planner.Learning;

/// <summary>One example as the trainer reads it.</summary>
internal sealed class FeatureRow
{
    /// <summary>The values of the features.</summary>
    [VectorType(BlackoutFeatures.Count)]
    public float[] Features { get; init; } = [];

    /// <summary>ln seconds.</summary>
    public float Label { get; init; }

    /// <summary>Takes an example.</summary>
    public static FeatureRow From(ColdStartExample example)
    {
        var values = new float[BlackoutFeatures.Count];
        example.Features.Write(values);
        return new FeatureRow { Features = values, Label = (float)Math.Log(example.ActualSeconds) };
    }
}
