using Quartz;

namespace Planner.Policies;

/// <summary>A recurring span of time in which migrations may commit.</summary>
public sealed class MaintenanceWindow
{
    private readonly CronExpression _opens;

    /// <summary>Makes a window.</summary>
    /// <param name="cron">When it opens: a Quartz cron expression with seconds, such as <c>0 0 2 ? * SAT</c>.</param>
    /// <param name="length">How long it stays open; above zero.</param>
    /// <param name="timeZone">The zone that the expression is read in.</param>
    /// <exception cref="FormatException">The expression is not valid.</exception>
    public MaintenanceWindow(string cron, TimeSpan length, TimeZoneInfo timeZone)
    {
        _opens = new CronExpression(cron, timeZone);
        Cron = cron;
        Length = length;
    }

    /// <summary>When it opens, as a Quartz cron expression.</summary>
    public string Cron { get; }

    /// <summary>The zone that the expression is read in.</summary>
    public string TimeZoneId => _opens.TimeZone.Id;

    /// <summary>How long it stays open.</summary>
    public TimeSpan Length { get; }

    /// <summary>When the window that is open at a moment closes; null if none is open.</summary>
    public DateTimeOffset? ClosesAfter(DateTimeOffset now)
    {
        // The first opening after (now - length) is still open if it lies at or before now. Where a window reopens
        // before it closes, that is the earlier close of the two: the cautious reading.
        return _opens.GetNextValidTimeAfter(now - Length) is { } opening && opening <= now ? opening + Length : null;
    }

    /// <summary>When the window opens next; null if it never does.</summary>
    public DateTimeOffset? OpensAfter(DateTimeOffset now) => _opens.GetNextValidTimeAfter(now);
}
