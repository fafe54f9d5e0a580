namespace Planner.Service;

/// <summary>Something that is done by the calendar.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Task">What.</param>
/// <param name="Cron">When: a cron expression of Quartz.</param>
/// <param name="TimeZone">The time zone that it is read in.</param>
internal sealed record Schedule(string Name, ScheduledTask Task, string Cron, TimeZoneInfo TimeZone)
{
    /// <summary>What is kept in order if nobody says otherwise: every night.</summary>
    public static Schedule UsualRetention { get; } = new("retention", ScheduledTask.Retention, "0 30 3 * * ?", TimeZoneInfo.Utc);

    /// <summary>The devices; or the canary's devices, and where they go.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Where a canary goes: a device for each of <see cref="Devices"/>.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>How many rounds or switchovers.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The files and folders that a model is trained from.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The folder that a report is written to.</summary>
    public string? Folder { get; init; }

    /// <summary>How long changes are kept.</summary>
    public TimeSpan KeepEvents { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long migrations and plans that are over, notices and the audit are kept.</summary>
    public TimeSpan KeepRecords { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long samples of arcs, transfers and sizes are kept; null for ever.</summary>
    public TimeSpan? KeepSamples { get; init; }
}
