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

    /// <summary>Why a class's windows let no migration begin now; null if they do.</summary>
    /// <param name="policy">The class.</param>
    /// <param name="now">The time.</param>
    public static MoveRefusal? FindClosed(SlaPolicy policy, DateTimeOffset now)
    {
        if (policy.MaintenanceWindows.Count == 0 || policy.MaintenanceWindows.Any(w => w.ClosesAfter(now) is not null))
        {
            return null;
        }

        var next = policy.MaintenanceWindows.Min(w => w.OpensAfter(now));
        return next is { } opens
            ? new MoveRefusal($"no maintenance window of the class '{policy.Name}' is open; the next one opens at {Utc(opens)}.", $"wait until {Utc(opens)}, or give the class another maintenance window", next)
            : new MoveRefusal($"no maintenance window of the class '{policy.Name}' is open, and none opens again.", "give the class another maintenance window", null);
    }

    /// <summary>The class with the time that its open window leaves: a migration has to be complete when the window closes.</summary>
    /// <param name="policy">The class.</param>
    /// <param name="now">The time.</param>
    public static SlaPolicy WithinWindow(SlaPolicy policy, DateTimeOffset now)
    {
        var closes = policy.MaintenanceWindows.Max(w => w.ClosesAfter(now));
        return closes is { } end && (policy.CompleteWithin is not { } within || end - now < within)
            ? policy with { CompleteWithin = end - now }
            : policy;
    }

    private static string Utc(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";

    private static CronExpression Opens(MaintenanceWindow window) => new(window.Cron, TimeZoneInfo.FindSystemTimeZoneById(window.TimeZoneId));
}
