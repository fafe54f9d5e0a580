namespace Planner.Evaluation;

/// <summary>The constants of KubeVirt's downtime ramp (VEP 291, enhancements 7ee388a) and of the timeouts that hold with it (KubeVirt d923fdb8);
/// both of August 2026.</summary>
public sealed record KubeVirtRampOptions
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
