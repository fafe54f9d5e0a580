namespace Planner.Evaluation;

/// <summary>Nova's <c>live_migration_*</c> settings (Nova 00a03040 of August 2026).</summary>
public sealed record NovaStepsOptions
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
