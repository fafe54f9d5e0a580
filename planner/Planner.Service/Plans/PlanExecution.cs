using Planner.Documents;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Carries plans out, a look at a time: takes what has ended, plans anew what has to be, and begins what may begin. Every change is on the disk before the next, and a move and its migration
/// are written together, so that after a crash nothing moves twice.</summary>
internal sealed class PlanExecution(ServiceParts parts)
{
    // A service that is ended again and again does not try one move for ever.
    private const int MostTries = 10;
    private static readonly TimeSpan ReplanAtMostEvery = TimeSpan.FromSeconds(10);

    /// <summary>Who asks for the migrations of a plan.</summary>
    public static string Caller(string plan) => $"plan {plan}";

    /// <summary>Looks at a plan once.</summary>
    public void Advance(LivePlan live)
    {
        Settle(live);
        switch (live.State.State)
        {
            case PlanState.Cancelling when live.Steps.All(s => s.State != PlanStep.Running):
                End(live, PlanState.Cancelled);
                return;
            case PlanState.Running:
                break;
            default:
                return;
        }

        if (live.State.NotBefore is { } begins && begins > parts.Now)
        {
            Say(live, $"begins at {Utc(begins)}");
            parts.Plans.LookAt(live.State.Id, begins);
            return;
        }

        if (FindLateness(live) is var (cause, late))
        {
            Replan(live, cause, [.. late.Select(s => s with { Overran = true })]);
        }

        var waits = BeginWhatMay(live);
        if (live.State.State != PlanState.Running)
        {
            return;
        }

        if (live.Steps.All(s => s.IsOver))
        {
            End(live, PlanState.Done);
        }
        else
        {
            Say(live, waits);
        }
    }

    /// <summary>Plans the rest anew and keeps it. Where that fails, the plan is paused.</summary>
    /// <param name="live">The plan.</param>
    /// <param name="cause">Why, in one sentence.</param>
    /// <param name="changed">Steps that have changed and are kept with it.</param>
    /// <param name="state">The state that is kept with it; null for the one that it has.</param>
    /// <param name="also">What is changed with it.</param>
    public void Replan(LivePlan live, string cause, IReadOnlyCollection<PlanStep> changed, PlanState? state = null, Action<ServiceChange>? also = null)
    {
        state ??= live.State;
        var numbers = changed.Select(c => c.Number).ToHashSet();
        PlanStep[] steps = [.. live.Steps.Where(s => !numbers.Contains(s.Number)), .. changed];
        try
        {
            var now = (parts.Now - live.State.Beginning!.Value).TotalSeconds;
            var plan = new PlanReplanning(live, steps, Math.Max(0, now), step => UntilOf(live, step)).Plan();
            var (made, dropped) = PlanSteps.Of(plan, steps, live.Planner.Fleet);
            var replaced = made.Select(s => s.Number).ToHashSet();
            Keep(live, state.With(plan) with { Replans = state.Replans + 1, ReplanTime = parts.Now }, [.. changed.Where(c => !replaced.Contains(c.Number) && !dropped.Contains(c.Number)), .. made], dropped, "plan.replanned", also, cause);
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            parts.Options.Say($"The plan {live.State.Id} cannot be planned anew ({e.Message}).");
            Keep(live, state with { State = PlanState.Paused, StatusDetail = $"{cause} The rest cannot be planned anew: make a new plan from the fleet as it is now." }, changed, [], "plan.paused", also);
        }
    }

    /// <summary>Keeps what has changed of a plan, and tells of it.</summary>
    /// <exception cref="RefusedException">Somebody else has changed it meanwhile.</exception>
    public void Keep(LivePlan live, PlanState state, IReadOnlyCollection<PlanStep> changed, IReadOnlyCollection<int> dropped, string kind, Action<ServiceChange>? also = null, string? cause = null)
    {
        StoredPlan stored = live.Stored;
        parts.Records.Change(change =>
        {
            stored = Write(change, live, state, changed, dropped, kind, cause);
            also?.Invoke(change);
        });
        live.Take(stored, state, changed, dropped);
        parts.Events.Wake();
    }

    private StoredPlan Write(ServiceChange change, LivePlan live, PlanState state, IReadOnlyCollection<PlanStep> changed, IReadOnlyCollection<int> dropped, string? kind, string? cause = null)
    {
        var stored = live.Stored with { IsActive = state.IsActive, Body = PlanJson.Write(state) };
        if (!change.TryUpdate(stored))
        {
            throw new RefusedException(409, $"The plan {state.Id} was changed by somebody else meanwhile: look at it again.");
        }

        foreach (var number in dropped)
        {
            change.DropPlanStep(state.Id, number);
        }

        foreach (var step in changed)
        {
            change.Put(PlanJson.Write(state.Id, step));
            if (!live.Has(step.Number) || live[step.Number].State != step.State)
            {
                change.Append(PlanEvents.Of(state.Id, step, parts.Now));
            }
        }

        if (kind is not null)
        {
            change.Append(PlanEvents.Of(state, kind, parts.Now, cause));
        }

        return stored with { Version = stored.Version + 1 };
    }

    /// <summary>Takes the ends of migrations.</summary>
    private void Settle(LivePlan live)
    {
        var ended = live.Steps.Where(s => s.State == PlanStep.Running).Select(s => (Step: s, Migration: parts.Migrations.Find(s.Migration!))).Where(s => s.Migration.IsOver).ToList();
        if (ended.Count == 0)
        {
            return;
        }

        var changed = ended.Select(e => EndOf(live, e.Step, e.Migration)).ToList();
        var state = ended.FirstOrDefault(e => e.Migration.Outcome == "needsPerson") is { Step: { } hurt, Migration: { } migration } && live.State.State == PlanState.Running
            ? live.State with { State = PlanState.Paused, StatusDetail = $"{hurt.Machine} needs a person: {migration.Reason} Nothing more is begun until POST /v1/plans/{live.State.Id}/resume." }
            : live.State;
        var blocked = changed.Where(c => c.State == PlanStep.Blocked).ToList();
        if (blocked.Count > 0 && state.State != PlanState.Cancelling)
        {
            Replan(live, $"{string.Join(", ", blocked.Select(b => b.Machine))} stayed: {blocked[0].Reason}", changed, state);
        }
        else
        {
            Keep(live, state, changed, [], "plan.progressed");
        }
    }

    private PlanStep EndOf(LivePlan live, PlanStep step, Operation migration)
    {
        var now = migration.EndTime ?? parts.Now;
        if (migration is { Outcome: "completed" or "completedOverLimit" })
        {
            return step with { State = PlanStep.Done, EndTime = now, StatusDetail = null, Reason = migration.Reason };
        }

        // What was never begun when the plan was held waits again; and nobody is blamed for the end of the service.
        if (migration is { StartTime: null, CancelRequested: true } && live.State.State is PlanState.Paused or PlanState.Cancelling)
        {
            return step with { State = PlanStep.Waiting, Migration = null, StartTime = null };
        }

        return migration.Interrupted && migration.Outcome != "needsPerson" && step.Tries < MostTries
            ? step with { State = PlanStep.Waiting, Migration = null, StartTime = null, StatusDetail = $"The service was ended meanwhile: {migration.Reason}" }
            : step.Stays(now, migration.Reason ?? "The migration ended without the machine having moved.", migration.CheapestChange);
    }

    private (string Cause, IReadOnlyList<PlanStep> Late)? FindLateness(LivePlan live)
    {
        var late = live.Steps.Where(s => s is { State: PlanStep.Running, Overran: false } && parts.Migrations.Find(s.Migration!).StartTime is { } begun && (parts.Now - begun).TotalSeconds > s.P95Seconds).ToList();
        if (late.Count > 0)
        {
            return ($"{string.Join(", ", late.Select(s => s.Machine))} takes longer than 19 of 20 such moves.", late);
        }

        var elapsed = (parts.Now - live.State.Beginning!.Value).TotalSeconds;
        var isLate = elapsed > live.State.MakespanP95Seconds && live.Steps.Any(s => !s.IsOver) && !(parts.Now - live.State.ReplanTime < ReplanAtMostEvery);
        return isLate ? ("It takes longer than 19 of 20 such plans.", []) : null;
    }

    /// <summary>Begins every step that may.</summary>
    /// <returns>What the others wait for that could begin otherwise; null if nothing.</returns>
    private string? BeginWhatMay(LivePlan live)
    {
        var (waits, replans) = (new List<string>(), live.State.Replans);
        foreach (var step in live.Steps.Where(s => s.State == PlanStep.Waiting && live.IsReady(s)).ToList())
        {
            if (!live.IsApproved(step))
            {
                waits.Add($"approval of {(live.State.Approval == PlanState.ByWave ? $"the wave {step.From}" : $"step {step.Number}")}");
            }
            else if ((step.IsReboot ? BeginReboot(live, step) : BeginMove(live, step)) is { } wait)
            {
                waits.Add(wait);
            }

            // A machine that stayed had the rest planned anew: what may begin is looked for again.
            if (live.State.State != PlanState.Running || live.State.Replans != replans)
            {
                return null;
            }
        }

        waits.AddRange(live.Steps.Where(s => s.State == PlanStep.AwaitingReboot).Select(s => $"the reboot of {s.From}"));
        return waits.Count == 0 ? null : $"waits for {string.Join("; ", waits.Distinct().Take(5))}";
    }

    private string? BeginReboot(LivePlan live, PlanStep step)
    {
        if (NodeMaintenance.MachinesOn(parts, step.From) is [var there, ..])
        {
            return $"{step.From} to be empty: {there} is on it";
        }

        var begun = step with { State = PlanStep.AwaitingReboot, StartTime = parts.Now, StatusDetail = $"{step.From} is empty: reboot it, then POST /v1/plans/{live.State.Id}/approve with {{ \"steps\": [{step.Number}] }}" };
        Keep(live, live.State, [begun], [], "plan.progressed", change => Cordon(change, live, step.From));
        return null;
    }

    private string? BeginMove(LivePlan live, PlanStep step)
    {
        var id = live.State.Id;
        if (step.Sla is { } sla && parts.Policies.Find(sla) is { } policy && MaintenanceCalendar.FindClosed(policy, parts.Now) is { Until: { } opens } closed)
        {
            parts.Plans.LookAt(id, opens);
            return $"{step.Machine}: {closed.Reason}";
        }

        try
        {
            StoredPlan? stored = null;
            PlanStep begun = step;
            var (operation, _) = parts.Migrations.Submit(
                Caller(id),
                new MigrationBody(step.Machine!, step.To!, step.Sla),
                $"{id}/{step.Number}/{step.Tries + 1}",
                change => change.Audit(new AuditEntry(parts.Now, Caller(id), "POST", "/v1/migrations", 202, $"{step.Machine} to {step.To}")),
                (change, operation) =>
                {
                    begun = step with { State = PlanStep.Running, Migration = operation.Id, Tries = step.Tries + 1, StartTime = parts.Now, StatusDetail = null };
                    stored = Write(change, live, live.State, [begun], [], null);
                    Cordon(change, live, step.From);
                });
            if (stored is null)
            {
                // It was begun under this key before.
                begun = step with { State = PlanStep.Running, Migration = operation.Id, Tries = step.Tries + 1, StartTime = operation.CreateTime, StatusDetail = null };
                Keep(live, live.State, [begun], [], "plan.progressed");
            }
            else
            {
                live.Take(stored, live.State, [begun], []);
            }

            return null;
        }
        catch (RefusedException e) when (e.Status is 409 or 503 && NodeMaintenance.Of(parts, step.To!) is null)
        {
            return $"{step.Machine}: {e.Message}";
        }
        catch (Exception e) when (Problems.StatusOf(e) is >= 400 and < 500)
        {
            var stays = step.Stays(parts.Now, Problems.SentenceOf(e), (e as RefusedException)?.CheapestChange);
            Replan(live, $"{step.Machine} stayed: {stays.Reason}", [stays]);
            return null;
        }
    }

    // A host that is being emptied takes no machines.
    private void Cordon(ServiceChange change, LivePlan live, string node)
    {
        if (live.State.Emptied.Contains(node) && NodeMaintenance.Of(change, node) is null)
        {
            new NodeMaintenance(live.State.Id, parts.Now, Caller(live.State.Id)).Put(change, node, parts.Now);
        }
    }

    private void End(LivePlan live, string state) => Keep(live, live.State with { State = state, EndTime = parts.Now, StatusDetail = null }, [], [], $"plan.{state}");

    private void Say(LivePlan live, string? detail)
    {
        if (live.State.StatusDetail != detail)
        {
            Keep(live, live.State with { StatusDetail = detail }, [], [], "plan.progressed");
        }
    }

    private double UntilOf(LivePlan live, PlanStep step)
    {
        var begun = (step.Migration is { } id ? parts.Migrations.Find(id).StartTime : step.StartTime) ?? parts.Now;
        var elapsed = (parts.Now - begun).TotalSeconds;
        var seconds = elapsed < step.P50Seconds ? step.P50Seconds : elapsed < step.P95Seconds ? step.P95Seconds : 1.5 * elapsed;
        return (begun - live.State.Beginning!.Value).TotalSeconds + seconds;
    }

    private static string Utc(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
