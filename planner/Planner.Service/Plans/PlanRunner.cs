using Microsoft.AspNetCore.Http;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Keeps the plans that are carried out, has each looked at when something has changed, and does to them what callers ask for.</summary>
internal sealed class PlanRunner(ServiceParts parts)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly PlanExecution _execution = new(parts);
    private Dictionary<string, LivePlan>? _active;

    /// <summary>Carries plans out until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = parts.Events.Next;
            if (parts.IsReady)
            {
                LookAtAll();
            }

            await Task.WhenAny(next, Task.Delay(LookEvery, parts.Clock, stop)).ConfigureAwait(false);
            await Task.Delay(AtMostEvery, parts.Clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Has a plan looked at again at a moment.</summary>
    public void LookAt(string plan, DateTimeOffset at) => parts.Clockwork.At($"plan {plan}", at, (_, _) =>
    {
        parts.Events.Wake();
        return Task.CompletedTask;
    });

    /// <summary>A plan with its steps.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public PlanState Find(string id)
    {
        lock (_gate)
        {
            return Get(id).View(parts.Now);
        }
    }

    /// <summary>The plans that are carried out.</summary>
    public IReadOnlyList<PlanState> Active()
    {
        lock (_gate)
        {
            return [.. Live().Values.Select(l => l.View(parts.Now))];
        }
    }

    /// <summary>Begins to carry a plan out.</summary>
    /// <param name="http">The call. It names the plan's hash: nobody applies what he has not seen.</param>
    /// <param name="id">The plan.</param>
    /// <exception cref="RefusedException">It is another plan by now, or things are not as they were when it was made; then the differences are told.</exception>
    public PlanState Apply(HttpContext http, string id) => Apply(http, id, needsHash: true);

    /// <summary>Begins to carry out a plan that was made for the same call.</summary>
    /// <returns>Why it cannot be, in one sentence; null if it is carried out.</returns>
    public string? TryApply(HttpContext http, string id)
    {
        try
        {
            Apply(http, id, needsHash: false);
            return null;
        }
        catch (RefusedException e)
        {
            return e.Differences is [var first, ..] ? $"{first.What} was to be {first.Planned}, and is {first.Now}" : e.Message;
        }
    }

    private PlanState Apply(HttpContext http, string id, bool needsHash) => Change(http, id, needsHash, live =>
    {
        if (live.State.State != PlanState.Planned)
        {
            throw new RefusedException(StatusCodes.Status409Conflict, $"The plan is {live.State.State}: only one that was not applied yet can be.");
        }

        if (live.Steps.Count == 0)
        {
            throw new RefusedException(StatusCodes.Status409Conflict, $"There is nothing to carry out: {live.State.Reason}.");
        }

        if (new PlanDrift(parts, live.State, live.Inputs, [.. live.Steps]).Find(Live().Values) is { Count: > 0 } differences)
        {
            throw new RefusedException(StatusCodes.Status409Conflict, $"The plan is stale: {differences.Count} things are not as it was made for; make a new one.") { Differences = differences };
        }

        var applied = live.State with { State = PlanState.Running, ApplyTime = parts.Now };
        return (applied, [], "plan.applied", change =>
        {
            // An upgrade closes each host in its turn.
            foreach (var node in live.State.Kind == "drain" ? live.State.Emptied : [])
            {
                new NodeMaintenance(id, parts.Now, http.Caller().Name).Put(change, node, parts.Now);
            }
        });
    });

    /// <summary>Says that waves or steps may begin, or that hosts were rebooted.</summary>
    public PlanState Approve(HttpContext http, string id, ApprovalBody body) => Change(http, id, needsHash: false, live => new PlanApproval(parts, live).Give(body));

    /// <summary>Has nothing more begin. What runs goes on; what waits for its nodes and links is taken back.</summary>
    public PlanState Pause(HttpContext http, string id) => Change(http, id, needsHash: false, live => live.State.State == PlanState.Running
        ? (live.State with { State = PlanState.Paused, StatusDetail = $"paused by {http.Caller().Name}" }, [], "plan.paused", _ => { })
        : throw Wrong(live, "paused"), live => CallBack(live, queuedOnly: true));

    /// <summary>Goes on with a plan that was paused; the rest is planned anew.</summary>
    public PlanState Resume(HttpContext http, string id) => Change(http, id, needsHash: false, live => live.State.State == PlanState.Paused
        ? (live.State with { State = PlanState.Running, StatusDetail = null }, [], "plan.resumed", _ => { })
        : throw Wrong(live, "resumed"), live =>
        {
            if (live.State.NotBefore is not { } begins || begins <= parts.Now)
            {
                _execution.Replan(live, "It was paused.", []);
            }
        });

    /// <summary>Calls a plan off: nothing more begins, and what can be called back is. What has moved stays where it is.</summary>
    public PlanState Cancel(HttpContext http, string id) => Change(http, id, needsHash: false, live => live.State.State switch
    {
        PlanState.Planned => (live.State with { State = PlanState.Cancelled, EndTime = parts.Now }, [], "plan.cancelled", _ => { }),
        PlanState.Running or PlanState.Paused => (live.State with { State = PlanState.Cancelling, StatusDetail = $"cancelled by {http.Caller().Name}" }, [], "plan.cancelling", _ => { }),
        _ => throw Wrong(live, "cancelled"),
    }, live => CallBack(live, queuedOnly: false));

    private static RefusedException Wrong(LivePlan live, string what) => new(StatusCodes.Status409Conflict, $"The plan is {live.State.State}: it cannot be {what}.");

    private void LookAtAll()
    {
        lock (_gate)
        {
            try
            {
                foreach (var live in Live().Values.ToList())
                {
                    LookAtOne(live);
                }
            }
            catch (StoreException e)
            {
                // Nothing of it was done; the next look tries again.
                parts.Options.Say(e.Message);
            }
        }
    }

    private void LookAtOne(LivePlan live)
    {
        try
        {
            _execution.Advance(live);
        }
        catch (RefusedException)
        {
            // It was changed behind this process's back: what the store has counts.
            Live()[live.State.Id] = Read(live.State.Id);
        }
        catch (Exception e) when (e is not StoreException && live.State.State == PlanState.Running)
        {
            // What nobody foresaw in one plan holds that one up, and no other.
            parts.Options.Say($"The plan {live.State.Id}: this should not have happened ({e})");
            _execution.Keep(live, live.State with { State = PlanState.Paused, StatusDetail = "This should not have happened; the log of the service says more." }, [], [], "plan.paused");
        }

        if (!live.State.IsActive)
        {
            Live().Remove(live.State.Id);
        }
    }

    private PlanState Change(
        HttpContext http,
        string id,
        bool needsHash,
        Func<LivePlan, (PlanState State, IReadOnlyList<PlanStep> Steps, string Kind, Action<ServiceChange> Also)> change,
        Action<LivePlan>? then = null)
    {
        lock (_gate)
        {
            var live = Get(id);
            CheckHash(http, live.State, needsHash);
            var (state, steps, kind, also) = change(live);
            _execution.Keep(live, state, steps, [], kind, stored =>
            {
                also(stored);
                http.Note(parts, stored, StatusCodes.Status200OK, $"plan {id}: {kind["plan.".Length..]}");
            });
            if (live.State.IsActive)
            {
                Live()[id] = live;
            }

            then?.Invoke(live);
            return live.View(parts.Now);
        }
    }

    private static void CheckHash(HttpContext http, PlanState state, bool needsHash)
    {
        if (http.Request.Headers.IfMatch is [{ } given])
        {
            var hash = given.Trim().Trim('"');
            if (hash != state.Hash)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"The plan is another one by now: If-Match names {hash}, and its hash is {state.Hash}; look at it again.")
                {
                    Differences = [new PlanDifference($"plan {state.Id}", hash, state.Hash)],
                };
            }
        }
        else if (needsHash)
        {
            throw new RefusedException(StatusCodes.Status428PreconditionRequired, $"Say which plan you have seen: send the header 'If-Match: \"HASH\"' with the hash that GET /v1/plans/{state.Id} shows.");
        }
    }

    private void CallBack(LivePlan live, bool queuedOnly)
    {
        foreach (var step in live.Steps.Where(s => s.State == PlanStep.Running))
        {
            try
            {
                if (!queuedOnly || parts.Migrations.Find(step.Migration!).State == Operation.Queued)
                {
                    parts.Migrations.Cancel(PlanExecution.Caller(live.State.Id), step.Migration!, _ => { });
                }
            }
            catch (RefusedException)
            {
                // It is over, or past its commit point: the only safe way is on.
            }
        }
    }

    private Dictionary<string, LivePlan> Live() => _active ??= parts.Records.ActivePlans().ToDictionary(p => p.Id, p => new LivePlan(p, parts.Records.ReadPlanSteps(p.Id)));

    private LivePlan Get(string id) => Live().TryGetValue(id, out var live) ? live : Read(id);

    private LivePlan Read(string id) => parts.Records.FindPlan(id) is { } stored
        ? new LivePlan(stored, parts.Records.ReadPlanSteps(id))
        : throw new RefusedException(StatusCodes.Status404NotFound, $"There is no plan '{id}': GET /v1/plans lists them.");
}
