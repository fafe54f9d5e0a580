using Microsoft.AspNetCore.Http;
using Planner.Storage;

namespace Planner.Service;

/// <summary>What a person says of a plan that is carried out: that a wave or a step may begin, or that a host was rebooted.</summary>
internal sealed class PlanApproval(ServiceParts parts, LivePlan live)
{
    /// <summary>Takes it in.</summary>
    /// <param name="body">Which waves and steps; neither for all that wait for it now. A reboot is never among those: it has to be named.</param>
    /// <returns>What is to be kept.</returns>
    /// <exception cref="RefusedException">There is nothing of that name, or it waits for nobody.</exception>
    public (PlanState State, IReadOnlyList<PlanStep> Steps, string Kind, Action<ServiceChange> Also) Give(ApprovalBody body)
    {
        if (live.State.State is not (PlanState.Planned or PlanState.Running or PlanState.Paused))
        {
            throw Refused($"The plan is {live.State.State}: nothing of it can be approved.");
        }

        if (body.Wave is null && body.Steps is null)
        {
            return All();
        }

        var rebooted = new List<string>();
        var steps = (body.Steps ?? []).Distinct().Select(number => Approved(number, rebooted)).ToList();
        if (body.Wave is { } wave && live.Steps.All(s => s.From != wave))
        {
            throw Refused($"The plan empties no host '{wave}'.");
        }

        var waves = body.Wave is null ? live.State.ApprovedWaves : [.. live.State.ApprovedWaves.Append(body.Wave).Distinct()];
        return (live.State with { ApprovedWaves = waves }, steps, "plan.approved", change =>
        {
            foreach (var host in rebooted)
            {
                NodeMaintenance.End(change, host, parts.Now);
            }
        });
    }

    private (PlanState State, IReadOnlyList<PlanStep> Steps, string Kind, Action<ServiceChange> Also) All()
    {
        var waiting = live.Steps.Where(s => s.State == PlanStep.Waiting && live.IsReady(s) && !live.IsApproved(s)).ToList();
        return waiting.Count == 0
            ? throw Refused("Nothing of the plan waits for an approval now; a reboot is confirmed with its step's number, and a wave is approved beforehand with its name.")
            : live.State.Approval == PlanState.ByWave
                ? (live.State with { ApprovedWaves = [.. live.State.ApprovedWaves.Concat(waiting.Select(s => s.From)).Distinct()] }, [], "plan.approved", _ => { })
                : (live.State, [.. waiting.Select(s => s with { Approved = true })], "plan.approved", _ => { });
    }

    private PlanStep Approved(int number, List<string> rebooted)
    {
        var step = live.Has(number) ? live[number] : throw Refused($"The plan has no step {number}.");
        if (step.State == PlanStep.AwaitingReboot)
        {
            rebooted.Add(step.From);
            return step with { State = PlanStep.Done, EndTime = parts.Now, StatusDetail = null, Reason = "a person says that it was rebooted" };
        }

        return step.State == PlanStep.Waiting ? step with { Approved = true } : throw Refused($"The step {number} is {step.State}: it waits for nobody.");
    }

    private static RefusedException Refused(string message) => new(StatusCodes.Status409Conflict, message);
}
