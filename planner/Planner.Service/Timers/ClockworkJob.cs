using Quartz;

namespace Planner.Service;

/// <summary>What Quartz runs: the work of the name that its trigger has.</summary>
internal sealed class ClockworkJob(Clockwork clockwork) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await clockwork.RunAsync(context.Trigger.Key.Name, context.ScheduledFireTimeUtc ?? context.FireTimeUtc, cancellationToken).ConfigureAwait(false);
}
