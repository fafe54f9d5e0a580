using Quartz;

namespace Planner.Service;

/// <summary>Hears from Quartz of times that were missed.</summary>
internal sealed class MissedTimes(Clockwork clockwork) : ITriggerListener
{
    public string Name => "missed times";

    public ValueTask TriggerMisfired(ITrigger trigger, IScheduler scheduler, CancellationToken cancellationToken)
    {
        clockwork.Miss(trigger.Key.Name, trigger.NextFireTimeUtc ?? DateTimeOffset.MinValue);
        return ValueTask.CompletedTask;
    }
}
