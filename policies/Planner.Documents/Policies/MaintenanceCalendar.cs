using Planner.Policies;
using Quartz;

namespace Planner.Documents;

/// <summary>When maintenance windows open and close.</summary>
public static class MaintenanceCalendar
{
    /// <summary>When the window that is open at a moment closes; null if none is open.</summary>
    /// <exception cref="FormatException">The window's cron expression is not valid.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such time zone here.</exception>
    public static DateTimeOffset? ClosesAfter(this MaintenanceWindow window, DateTimeOffset now)
    {
        // The first opening after (now - length) is still open if it lies at or before now. Where a window reopens
        // before it closes, that is the earlier close of the two: the cautious reading.
        return Opens(window).GetNextValidTimeAfter(now - window.Length) is { } opening && opening <= now ? opening + window.Length : null;
    }

    /// <summary>When the window opens next; null if it never does.</summary>
    /// <exception cref="FormatException">The window's cron expression is not valid.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such time zone here.</exception>
    public static DateTimeOffset? OpensAfter(this MaintenanceWindow window, DateTimeOffset now) => Opens(window).GetNextValidTimeAfter(now);

    private static CronExpression Opens(MaintenanceWindow window) => new(window.Cron, TimeZoneInfo.FindSystemTimeZoneById(window.TimeZoneId));
}
