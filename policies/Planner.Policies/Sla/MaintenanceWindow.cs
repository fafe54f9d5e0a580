namespace Planner.Policies;

/// <summary>A recurring span of time in which migrations may commit.</summary>
/// <param name="Cron">When it opens: a Quartz cron expression with seconds, such as <c>0 0 2 ? * SAT</c>.</param>
/// <param name="Length">How long it stays open; above zero.</param>
/// <param name="TimeZoneId">The zone that the expression is read in, such as <c>Europe/Berlin</c>.</param>
public sealed record MaintenanceWindow(string Cron, TimeSpan Length, string TimeZoneId);
