using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The held pre-copy: gate 1 at every pass, until the guest stops.</summary>
internal static class HypervisorPreCopy
{
    // A permission that is about the same need not be given again at every pass.
    private const double AllowedChange = 0.25;

    public static void Judge(MachineStepBuilder step, PassJudgement judgement)
    {
        if (judgement.Gate is { } gate)
        {
            step.State = step.State with { Gate = gate };
            if (judgement.IsNews || (judgement is { IsRepeated: false, Action: not SwitchoverAction.Wait } && step.State.Stage != HypervisorStage.Allowed))
            {
                step.Send(new ReportDecision(gate));
            }
        }

        if (judgement.ThrottlePercent is { } percent && step.Plan.Mode != MigrationMode.Shadow)
        {
            step.Tell(MigrationSide.Source, HypervisorOrder.Throttle, percent);
        }

        switch (judgement.Action)
        {
            case SwitchoverAction.Abort:
                step.Resolve(MigrationOutcome.Stayed, judgement.Reason ?? Gates.Explain(judgement.Gate!));
                break;
            case SwitchoverAction.Commit when step.Plan.Mode == MigrationMode.Shadow:
                step.Resolve(MigrationOutcome.Stayed, $"Shadow mode: it would commit now. {judgement.Reason ?? Gates.Explain(judgement.Gate!)}");
                break;
            case SwitchoverAction.Commit or SwitchoverAction.Wait when judgement.Action == SwitchoverAction.Commit || StillFits(step, judgement):
                var times = step.State.Times;
                step.State = step.State with
                {
                    Stage = HypervisorStage.Allowed,
                    CommitGate = judgement.Gate,
                    Times = times with { AllowedNanoseconds = times.AllowedNanoseconds ?? step.NowNanoseconds },
                };
                if (Math.Abs(judgement.AllowBytes - step.State.AllowedBytes) > AllowedChange * step.State.AllowedBytes)
                {
                    step.State = step.State with { AllowedBytes = judgement.AllowBytes };
                    step.Tell(MigrationSide.Source, HypervisorOrder.Allow, judgement.AllowBytes);
                }

                break;
            case SwitchoverAction.Wait when step.State.Stage == HypervisorStage.Allowed && judgement.Gate is { Decision.Verdict: not Verdict.Commit }:
                step.State = step.State with { Stage = HypervisorStage.PreCopying, AllowedBytes = 0 };
                step.Tell(MigrationSide.Source, HypervisorOrder.Hold);
                break;
        }
    }

    /// <summary>The rule may find a later moment no calmer, and what was allowed stands as long as the bound fits.</summary>
    private static bool StillFits(MachineStepBuilder step, PassJudgement judgement) =>
        step.State.Stage == HypervisorStage.Allowed && judgement is { AllowBytes: > 0, Gate.Decision.Verdict: Verdict.Commit };

    /// <summary>A source that cannot be steered is left: nobody knows under which permission it would stop the guest.</summary>
    public static void Answered(MachineStepBuilder step, HypervisorAnswered e)
    {
        if (e is { Order: HypervisorOrder.Hold, Trouble: null } && step.State.Stage == HypervisorStage.PreCopying)
        {
            // Until here the guest may have been stopped under the old permission.
            step.State = step.State with { CommitGate = null, Times = step.State.Times with { AllowedNanoseconds = null } };
        }

        if (e.Trouble is { } trouble && e.Order is HypervisorOrder.Allow or HypervisorOrder.Hold or HypervisorOrder.Throttle)
        {
            step.Resolve(MigrationOutcome.Recovered, $"The source could not be steered: {trouble}");
        }
    }

    public static void Woke(MachineStepBuilder step)
    {
        if (step.IsPast(step.State.HeardNanoseconds, step.Plan.SilencePatience))
        {
            var outcome = step.State.Distrusted is null ? MigrationOutcome.Recovered : MigrationOutcome.Stayed;
            var words = step.State.MigrationWords is { } told ? $"; its migration is in {told}" : "";
            step.Resolve(outcome, $"The source told nothing that a decision can be made of for {Quantity.Format(step.Plan.SilencePatience)}{words}.");
        }
        else
        {
            // Counted from the last word, or a silence that begins just after this moment would be allowed to last twice as long.
            step.WakeIn(step.Plan.SilencePatience - TimeSpan.FromTicks((step.NowNanoseconds - step.State.HeardNanoseconds) / TimeSpan.NanosecondsPerTick));
        }
    }
}
