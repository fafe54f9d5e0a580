namespace Planner.Evaluation;

/// <summary>The constants of KubeVirt's stall detection (VEP 248, KubeVirt d923fdb8 of August 2026), with its defaults.</summary>
public sealed record KubeVirtStallOptions
{
    /// <summary>The share by which a count may miss another and still pass for it (<c>stallMargin</c>, 4 %).</summary>
    public double StallMargin { get; init; } = 0.04;

    /// <summary>The window without progress that makes a stall, and the first patience, in seconds (<c>stallProgressTimeout</c>). 40 in the code; the
    /// VEP's text says 60.</summary>
    public double StallProgressTimeoutSeconds { get; init; } = 40;

    /// <summary>The weight of a new sample of the bandwidth (<c>ewmaAlpha</c>).</summary>
    public double EwmaAlpha { get; init; } = 0.4;

    /// <summary>Up to how many times the limit the estimate may be for pre-copy to count as possible (<c>precopyPossibleFactor</c>).</summary>
    public double PrecopyPossibleFactor { get; init; } = 1.5;

    /// <summary>What the patience is multiplied by when it ends (<c>patienceWindowDecayFactor</c>).</summary>
    public double PatienceWindowDecayFactor { get; init; } = 0.5;

    /// <summary>How many completion timeouts the last transfer may reach into (<c>completionTimeoutFactor</c>).</summary>
    public double CompletionTimeoutFactor { get; init; } = 2;

    /// <summary>Seconds within which QEMU must switch over once it was told to (<c>switchoverTimeout</c>).</summary>
    public double SwitchoverTimeoutSeconds { get; init; } = 60;

    /// <summary>Seconds for each GiB to move until the migration times out (<c>completionTimeoutPerGiB</c>).</summary>
    public double CompletionTimeoutSecondsPerGiB { get; init; } = 150;

    /// <summary>Whether it acts only near the least count so far (<c>searchLocalMinima</c>).</summary>
    public bool SearchLocalMinima { get; init; } = true;

    /// <summary>Whether any downtime may be forced on the workload (<c>allowWorkloadDisruption</c>).</summary>
    public bool AllowWorkloadDisruption { get; init; }

    /// <summary>Seconds without an iteration boundary after which the monitor looks, and samples the bandwidth.</summary>
    public double PollSeconds { get; init; } = 0.4;
}
