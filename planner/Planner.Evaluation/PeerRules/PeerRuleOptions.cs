namespace Planner.Evaluation;

/// <summary>What Cloud Hypervisor's rule can be told beside its downtime (Cloud Hypervisor v53, ae44c297 of August 2026).</summary>
internal sealed record CloudHypervisorOptions
{
    /// <summary>Seconds of pre-copy after which it gives up waiting (<c>timeout_s</c>).</summary>
    public double TimeoutSeconds { get; init; } = 3600;

    /// <summary>Whether the guest is stopped at the timeout whatever the estimate says (<c>timeout_strategy</c> <c>ignore</c>), rather than the
    /// migration given up (<c>cancel</c>).</summary>
    public bool CommitsAtTimeout { get; init; }
}

/// <summary>The constants of KubeVirt's downtime ramp (VEP 291, enhancements 7ee388a) and of the timeouts that hold with it (KubeVirt d923fdb8);
/// both of August 2026.</summary>
internal sealed record KubeVirtRampOptions
{
    /// <summary>The first downtime-limit, in milliseconds; not above the ceiling (<c>initialMs</c>).</summary>
    public int InitialMilliseconds { get; init; } = 150;

    /// <summary>How many steps lead to the ceiling (<c>steps</c>).</summary>
    public int Steps { get; init; } = 7;

    /// <summary>The iteration from which on steps are taken (<c>startAfterIteration</c>).</summary>
    public int StartAfterIteration { get; init; } = 3;

    /// <summary>The least seconds between two changes (<c>cooldownSeconds</c>).</summary>
    public double CooldownSeconds { get; init; } = 10;

    /// <summary>Seconds between two passes of the monitor.</summary>
    public double PollSeconds { get; init; } = 0.4;

    /// <summary>Seconds for each GiB after which the migration is aborted (<c>completionTimeoutPerGiB</c>).</summary>
    public double CompletionTimeoutSecondsPerGiB { get; init; } = 150;

    /// <summary>Seconds after which it is aborted if the memory left did not fall from one pass to the next (<c>progressTimeout</c>).</summary>
    public double ProgressTimeoutSeconds { get; init; } = 150;
}

/// <summary>The constants of KubeVirt's stall detection (VEP 248, KubeVirt d923fdb8 of August 2026), with its defaults.</summary>
internal sealed record KubeVirtStallOptions
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

/// <summary>Nova's <c>live_migration_*</c> settings (Nova 00a03040 of August 2026).</summary>
internal sealed record NovaStepsOptions
{
    /// <summary>The smallest downtime that Nova takes, in milliseconds: a smaller one counts as this.</summary>
    public const int SmallestDowntimeMilliseconds = 100;

    /// <summary>The least memory that times are reckoned for, in GiB.</summary>
    public const double SmallestMemoryGiB = 2;

    /// <summary>Seconds between two looks of Nova's monitor.</summary>
    public const double PollSeconds = 0.5;

    /// <summary>How many steps n lead to the full downtime (<c>downtime_steps</c>).</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Seconds between two steps for each GiB (<c>downtime_delay</c>).</summary>
    public double DelaySecondsPerGiB { get; init; } = 75;

    /// <summary>Seconds for each GiB after which the migration is aborted (<c>completion_timeout</c>, action <c>abort</c>).</summary>
    public double CompletionTimeoutSecondsPerGiB { get; init; } = 800;

    /// <summary>Disk that is moved along, in GiB; it counts like memory.</summary>
    public double DiskGiB { get; init; }
}
