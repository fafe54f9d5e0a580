namespace Planner.Evaluation;

/// <summary>How well blackouts at QEMU's own stop are predicted from other configurations. What has no value is null.</summary>
public sealed record StopMomentReport
{
    /// <summary>The migrations, in order of their names.</summary>
    public required IReadOnlyList<StopMoment> Moments { get; init; }

    /// <summary>Median of |predicted - actual| in seconds.</summary>
    public double? ErrorP50Seconds { get; init; }

    /// <summary>The error that 90 % of the predictions keep to, in seconds.</summary>
    public double? ErrorP90Seconds { get; init; }

    /// <summary>Median error of the constant, in seconds.</summary>
    public double? ConstantErrorP50Seconds { get; init; }

    /// <summary>The error that 90 % of the constant's guesses keep to, in seconds.</summary>
    public double? ConstantErrorP90Seconds { get; init; }

    /// <summary>One-sided p-value of the exact signed-rank test on the migrations' errors, the constant's minus the prediction's. Migrations of one
    /// configuration are alike, so it overstates the evidence. Null beyond 300 migrations.</summary>
    public double? PairedProbability { get; init; }

    /// <summary>The same test with one difference a configuration, the mean of its migrations: of four, none can be below 1/16.</summary>
    public double? PairedProbabilityOfConfigurations { get; init; }

    /// <summary>Share of the blackouts that kept to their 90 % bound; null without bounds.</summary>
    public double? Coverage { get; init; }

    /// <summary>Share of the migrations without a 90 % bound; null without migrations.</summary>
    public double? UnboundedShare { get; init; }

    /// <summary>Migrations for which the 99 % verdict was to stay for too little evidence.</summary>
    public required int InsufficientEvidence { get; init; }
}
