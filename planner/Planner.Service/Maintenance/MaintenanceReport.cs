using Planner.Fleet;

namespace Planner.Service;

/// <summary>Says how far the emptying of a node is, from a reading of this moment and from the plan that empties it.</summary>
/// <param name="maintenance">The node's maintenance; null if it takes machines.</param>
/// <param name="plan">The plan that empties it; null if none does.</param>
/// <param name="now">The time.</param>
internal sealed class MaintenanceReport(NodeMaintenance? maintenance, PlanState? plan, DateTimeOffset now)
{
    public const string Running = "Running";
    public const string Draining = "Draining";
    public const string BlockedState = "Blocked";
    public const string SafeToReboot = "SafeToReboot";

    /// <summary>The answer.</summary>
    /// <param name="reading">The node as it was found.</param>
    /// <param name="askedAtSeconds">When the question was asked, on the clock of the reading.</param>
    /// <param name="moving">The machines that a migration takes away now.</param>
    public MaintenanceView Write(HostReading reading, double askedAtSeconds, IReadOnlyCollection<string> moving)
    {
        var advice = HostSafety.SafeToReboot(reading, askedAtSeconds);
        if (maintenance is null)
        {
            return new MaintenanceView(reading.Host, Running, Problems.Sentence(advice.Reason), now);
        }

        var blockers = reading.Machines.Where(m => !moving.Contains(m)).Order(StringComparer.Ordinal).Select(m => BlockerOf(reading.Host, m)).OfType<MaintenanceBlocker>().ToList();
        var isMoving = reading.Machines.Count > blockers.Count || reading.Arriving.Count > 0;
        var state = advice.IsSafe ? SafeToReboot : isMoving ? Draining : BlockedState;
        return new MaintenanceView(reading.Host, state, Problems.Sentence(advice.Reason), now)
        {
            EtaSeconds = state == Draining ? EtaOf(reading.Host) : null,
            Blockers = blockers,
            Plan = maintenance.Plan,
            Since = maintenance.Since,
            By = maintenance.By,
        };
    }

    private MaintenanceBlocker? BlockerOf(string node, string machine)
    {
        var step = plan?.Moves?.LastOrDefault(m => m.Machine == machine && m.From == node);
        if (plan is null || (step is null && plan.Blocked.All(b => b.Machine != machine)))
        {
            return new MaintenanceBlocker(machine, maintenance!.WithoutPlan ?? "No plan takes it away.", $"migrate {machine}, or PUT the maintenance again to have a plan made");
        }

        if (plan.Blocked.FirstOrDefault(b => b.Machine == machine) is { } blocked && step?.IsOver != false)
        {
            return new MaintenanceBlocker(machine, Problems.Sentence(blocked.Reason), blocked.CheapestChange);
        }

        return step switch
        {
            { State: PlanStep.Blocked } => new MaintenanceBlocker(machine, Problems.Sentence(step.Reason!), step.CheapestChange ?? "make a new plan"),
            { State: PlanStep.Done } => new MaintenanceBlocker(machine, $"It has moved to {step.To}, and is here again or still.", $"look at {machine}"),
            { State: PlanStep.AwaitingApproval } => new MaintenanceBlocker(machine, "Its move waits for an approval.", $"POST /v1/plans/{plan.Id}/approve"),
            _ when plan.State == PlanState.Running => null,
            _ => new MaintenanceBlocker(machine, $"The plan {plan.Id} is {plan.State}.", plan.State == PlanState.Paused ? $"POST /v1/plans/{plan.Id}/resume" : "PUT the maintenance again to have a plan made"),
        };
    }

    private EtaSeconds? EtaOf(string node)
    {
        if (plan is not { State: PlanState.Running, Beginning: { } beginning, EtaSeconds: not null })
        {
            return null;
        }

        var elapsed = (now - beginning).TotalSeconds;
        var rest = plan.Moves!.Where(m => m.From == node && !m.IsOver).ToList();
        double Left(Func<PlanStep, double> seconds) => rest.Count == 0 ? 0 : rest.Max(m => Math.Max(0, m.StartSeconds + seconds(m) - elapsed));
        return new EtaSeconds(Left(m => m.P50Seconds), Left(m => m.P95Seconds));
    }
}
