namespace Planner.Evaluation;

/// <summary>The blackout of one recorded migration at the moment QEMU stopped, beside what the other configurations predict.</summary>
public sealed record StopMoment
{
    /// <summary>The recording.</summary>
    public required string Recording { get; init; }

    /// <summary>Its configuration, of which the prediction knows nothing.</summary>
    public required string Configuration { get; init; }

    /// <summary>The blackout in seconds.</summary>
    public required double ActualSeconds { get; init; }

    /// <summary>The predicted blackout in seconds.</summary>
    public required double PredictedSeconds { get; init; }

    /// <summary>The median blackout of the other configurations, in seconds: the guess without a model.</summary>
    public required double ConstantSeconds { get; init; }

    /// <summary>The bound that 90 % of blackouts should keep to, in seconds; null if the evidence supports none.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>What the product says at 99 % under <c>stay</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Past blackouts that the 99 % verdict has.</summary>
    public required long Have { get; init; }

    /// <summary>Past blackouts that it needs.</summary>
    public required long Need { get; init; }

    /// <summary>Its reason, in words.</summary>
    public required string Reason { get; init; }
}
