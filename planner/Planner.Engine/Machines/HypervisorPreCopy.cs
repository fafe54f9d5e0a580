using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The held pre-copy: gate 1 at every pass, until the guest stops.</summary>
internal static class HypervisorPreCopy
{
    // A permission that is about the same need not be given again at every pass.
    private const double AllowedChange = 0.25;

    public static void Judge(HypervisorTurn turn, PassJudgement judgement)
    {
        if (judgement.Gate is { } gate)
        {
            turn.State = turn.State with { Gate = gate };
            if (judgement.IsNews || (judgement.Action != SwitchoverAction.Wait && turn.State.Stage != HypervisorStage.Allowed))
            {
                turn.Send(new ReportDecision(gate));
            }
        }

        if (judgement.ThrottlePercent is { } percent && turn.Plan.Mode != MigrationMode.Shadow)
        {
            turn.Tell(MigrationSide.Source, HypervisorOrder.Throttle, percent);
        }

        switch (judgement.Action)
        {
            case SwitchoverAction.Abort:
                turn.Resolve(MigrationOutcome.Stayed, judgement.Reason ?? Gates.Explain(judgement.Gate!));
                break;
            case SwitchoverAction.Commit when turn.Plan.Mode == MigrationMode.Shadow:
                turn.Resolve(MigrationOutcome.Stayed, $"Shadow mode: it would commit now. {Gates.Explain(judgement.Gate!)}");
                break;
            case SwitchoverAction.Commit or SwitchoverAction.Wait when judgement.Action == SwitchoverAction.Commit || StillFits(turn, judgement):
                var times = turn.State.Times;
                turn.State = turn.State with
                {
                    Stage = HypervisorStage.Allowed,
                    CommitGate = judgement.Gate,
                    Times = times with { AllowedNanoseconds = times.AllowedNanoseconds ?? turn.NowNanoseconds },
                };
                if (Math.Abs(judgement.AllowBytes - turn.State.AllowedBytes) > AllowedChange * turn.State.AllowedBytes)
                {
                    turn.State = turn.State with { AllowedBytes = judgement.AllowBytes };
                    turn.Tell(MigrationSide.Source, HypervisorOrder.Allow, judgement.AllowBytes);
                }

                break;
            case SwitchoverAction.Wait when turn.State.Stage == HypervisorStage.Allowed && judgement.Gate is { Decision.Verdict: not Verdict.Commit }:
                turn.State = turn.State with { Stage = HypervisorStage.PreCopying, AllowedBytes = 0 };
                turn.Tell(MigrationSide.Source, HypervisorOrder.Hold);
                break;
        }
    }

    /// <summary>The rule may find a later moment no calmer, and what was allowed stands as long as the bound fits.</summary>
    private static bool StillFits(HypervisorTurn turn, PassJudgement judgement) =>
        turn.State.Stage == HypervisorStage.Allowed && judgement is { AllowBytes: > 0, Gate.Decision.Verdict: Verdict.Commit };

    /// <summary>A source that cannot be steered is left: nobody knows under which permission it would stop the guest.</summary>
    public static void Answered(HypervisorTurn turn, HypervisorAnswered e)
    {
        if (e is { Order: HypervisorOrder.Hold, Trouble: null } && turn.State.Stage == HypervisorStage.PreCopying)
        {
            // Until here the guest may have been stopped under the old permission.
            turn.State = turn.State with { CommitGate = null, Times = turn.State.Times with { AllowedNanoseconds = null } };
        }

        if (e.Trouble is { } trouble && e.Order is HypervisorOrder.Allow or HypervisorOrder.Hold or HypervisorOrder.Throttle)
        {
            turn.Resolve(MigrationOutcome.Recovered, $"The source could not be steered: {trouble}");
        }
    }

    public static void Woke(HypervisorTurn turn)
    {
        if (turn.IsPast(turn.State.HeardNanoseconds, turn.Plan.SilencePatience))
        {
            turn.Resolve(MigrationOutcome.Recovered, $"The source told nothing for {Quantity.Format(turn.Plan.SilencePatience)}.");
        }
        else
        {
            // Counted from the last word, or a silence that begins just after this moment would be allowed to last twice as long.
            turn.WakeIn(turn.Plan.SilencePatience - TimeSpan.FromTicks((turn.NowNanoseconds - turn.State.HeardNanoseconds) / TimeSpan.NanosecondsPerTick));
        }
    }
}
