namespace Planner.Evaluation;

/// <summary>How the rate of a migration link varies. A rate is drawn for every <see cref="SlotSeconds"/>.</summary>
public sealed record LinkWorkload
{
    /// <summary>How long one drawn rate lasts.</summary>
    public const double SlotSeconds = 0.1;

    /// <summary>The name in the file.</summary>
    public required string Name { get; init; }

    /// <summary>The mean rates in bytes per second that the link goes through in turn; one for a steady link.</summary>
    public required IReadOnlyList<double> Levels { get; init; }

    /// <summary>How long each level lasts in seconds; infinity for a steady link.</summary>
    public double DwellSeconds { get; init; } = double.PositiveInfinity;

    /// <summary>The standard deviation of a drawn rate as a share of the mean; at least 0.</summary>
    public double Jitter { get; init; }

    /// <summary>Times at which the link is nearly blocked; null for none.</summary>
    public LinkDips? Dips { get; init; }

    /// <summary>The mean rate of the stop phase in bytes per second where a cap is lifted for it; null if it is that of pre-copy.</summary>
    public double? StopPhaseBytesPerSecond { get; init; }

    /// <summary>The standard deviation of a drawn rate of the stop phase as a share of its mean; at least 0.</summary>
    public double StopPhaseJitter { get; init; }

    /// <summary>The length of the pattern in seconds after which levels and dips begin anew; 0 without a pattern.</summary>
    public double PatternSeconds => Math.Max(double.IsFinite(DwellSeconds) ? DwellSeconds * Levels.Count : 0, Dips?.EverySeconds ?? 0);
}
