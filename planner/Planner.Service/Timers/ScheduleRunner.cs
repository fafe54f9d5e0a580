using System.Text.Json.Nodes;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Does what stands in the calendar. Each run leaves a row of the audit and a change that listeners hear; so does one that was missed, which is not made up: quiet hours are over by then.</summary>
internal sealed class ScheduleRunner(ServiceParts parts)
{
    /// <summary>A run that would begin so much later than it was meant is missed.</summary>
    public static readonly TimeSpan LateLimit = TimeSpan.FromMinutes(5);

    private readonly ScheduledWork _work = new(parts);

    /// <summary>Sets the calendar, and tells of what was missed while no service ran.</summary>
    public void Start()
    {
        foreach (var schedule in parts.Options.Configuration.Schedules)
        {
            if (FindMissed(schedule) is { } missed)
            {
                Tell(schedule, "missed", 503, missed, "no service ran then");
            }

            parts.Clockwork.Cron(
                $"schedule {schedule.Name}",
                schedule.Cron,
                schedule.TimeZone,
                (meant, cancel) => RunAsync(schedule, meant, cancel),
                meant => Tell(schedule, "missed", 503, meant, "the service was kept from it"));
        }
    }

    /// <summary>Does one thing of the calendar.</summary>
    /// <param name="schedule">What.</param>
    /// <param name="meant">When it was meant to be done.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task RunAsync(Schedule schedule, DateTimeOffset meant, CancellationToken cancel)
    {
        if (parts.Now - meant > LateLimit)
        {
            Tell(schedule, "missed", 503, meant, "the service was kept from it");
            return;
        }

        try
        {
            Tell(schedule, "ran", 200, meant, await _work.DoAsync(schedule, cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Tell(schedule, "failed", 503, meant, "the service was ended meanwhile");
        }
        catch (Exception e)
        {
            Tell(schedule, "failed", Problems.StatusOf(e), meant, Problems.StatusOf(e) == 500 ? e.Message : Problems.SentenceOf(e));
        }
    }

    // When it should have been done since it was done last; a new schedule has missed nothing.
    private DateTimeOffset? FindMissed(Schedule schedule) =>
        parts.Records.Find(Kinds.Schedule, schedule.Name) is { } last
        && new Quartz.CronExpression(schedule.Cron, schedule.TimeZone).GetNextValidTimeAfter(last.Changed) is { } next && next < parts.Now
            ? next
            : null;

    private void Tell(Schedule schedule, string how, int status, DateTimeOffset meant, string detail)
    {
        try
        {
            var body = new JsonObject { ["name"] = schedule.Name, ["task"] = schedule.Task.ToString(), ["meant"] = meant, ["detail"] = detail };
            parts.Records.Change(change =>
            {
                change.Put(Kinds.Schedule, schedule.Name, body.ToJsonString(), new Dictionary<string, string>(), parts.Now);
                change.Audit(new AuditEntry(parts.Now, $"schedule {schedule.Name}", "RUN", $"/{schedule.Task}", status, $"{how}: {detail}"));
                change.Append(new StoredEvent(0, parts.Now, $"schedule.{how}", null, null, body.ToJsonString()));
            });
            parts.Events.Wake();
        }
        catch (Measurements.StoreException e)
        {
            parts.Options.Say($"The schedule {schedule.Name}: {how} ({detail}), which could not be kept: {e.Message}");
        }
    }
}
