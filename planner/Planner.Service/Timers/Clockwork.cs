using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Planner.Service;

/// <summary>Does things when the calendar says so: openings of windows, beginnings of plans, schedules. Quartz keeps the times; what is to be done stands in the store, from which it is set anew
/// whenever the service starts. Nothing of a migration waits for it.</summary>
internal sealed class Clockwork(TimeProvider clock) : IAsyncDisposable
{
    private static readonly JobKey Job = new("work");

    private readonly ConcurrentDictionary<string, Func<DateTimeOffset, CancellationToken, Task>> _work = new();
    private readonly ConcurrentDictionary<string, Action<DateTimeOffset>> _missed = new();
    private readonly CancellationTokenSource _ending = new();
    private IScheduler? _scheduler;

    /// <summary>Starts it.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.Services.AddSingleton(this);
            quartz.UseTimeProvider(clock);
            quartz.UseInMemoryStore(_ => { });
            quartz.AddTriggerListener(new MissedTimes(this));
            quartz.AddJob<ClockworkJob>(job => job.WithIdentity(Job).StoreDurably());
        }).BuildScheduler(stop).ConfigureAwait(false);
        await scheduler.Start(stop).ConfigureAwait(false);
        _scheduler = scheduler;
    }

    /// <summary>Does something once, at a moment; at once if that has passed. Under the same name it takes the place of what was to be done.</summary>
    /// <param name="name">A name for it.</param>
    /// <param name="at">When.</param>
    /// <param name="work">What. It is told the time for which it was meant.</param>
    public void At(string name, DateTimeOffset at, Func<DateTimeOffset, CancellationToken, Task> work) => Set(
        TriggerBuilder.Create().StartAt(at).WithIdentity(name).ForJob(Job).Build(), work);

    /// <summary>Does something by a cron expression of Quartz. What is missed is not made up.</summary>
    /// <param name="name">A name for it.</param>
    /// <param name="cron">The expression, valid.</param>
    /// <param name="zone">The time zone that it is read in.</param>
    /// <param name="work">What. It is told the time for which it was meant.</param>
    /// <param name="missed">Is told of a time that was missed.</param>
    public void Cron(string name, string cron, TimeZoneInfo zone, Func<DateTimeOffset, CancellationToken, Task> work, Action<DateTimeOffset> missed)
    {
        _missed[name] = missed;
        Set(TriggerBuilder.Create().WithSchedule(CronScheduleBuilder.Create(new CronExpression(cron, zone)).InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing)).WithIdentity(name).ForJob(Job).Build(), work);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        if (_scheduler is { } scheduler)
        {
            await scheduler.Shutdown(true, CancellationToken.None).ConfigureAwait(false);
            await scheduler.DisposeAsync().ConfigureAwait(false);
        }

        _ending.Dispose();
    }

    /// <summary>Does what is to be done under a name.</summary>
    internal async Task RunAsync(string name, DateTimeOffset at, CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ending.Token);
        if (_work.TryGetValue(name, out var work))
        {
            await work(at, ends.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Tells of a time that was missed.</summary>
    internal void Miss(string name, DateTimeOffset meant)
    {
        if (_missed.TryGetValue(name, out var missed))
        {
            missed(meant);
        }
    }

    private void Set(ITrigger trigger, Func<DateTimeOffset, CancellationToken, Task> work)
    {
        _work[trigger.Key.Name] = work;
        if (_scheduler is { } scheduler)
        {
            // The store in memory answers at once.
            scheduler.ScheduleTrigger(trigger, TriggerConflict.Replace, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}
