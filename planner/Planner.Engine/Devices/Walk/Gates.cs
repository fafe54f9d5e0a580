using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The two gates: where it is decided whether to go on.</summary>
internal static class Gates
{
    /// <summary>A bound has to become smaller by this share to count as progress.</summary>
    private const double Progress = 0.01;

    /// <summary>Gate 1: nothing has stopped yet.</summary>
    public static void First(DeviceStepBuilder step, SwitchoverEvaluator evaluator)
    {
        var gate = Decide(step, 1, evaluator, evaluator.Moment);
        step.State = step.State with { Evaluator = evaluator, FirstGate = gate, SecondGate = null };
        if (step.Plan.Mode == MigrationMode.Rehearsal || (step.Plan.Mode == MigrationMode.Active && gate.Decision.Verdict == Verdict.Commit))
        {
            step.BeginBlackout();
            step.Enter(EngineStage.Quiescing);
        }
        else if (gate.Decision.Verdict == Verdict.Commit)
        {
            Rollback.Begin(step, MigrationOutcome.Stayed, $"Shadow mode: it would commit now. {Explain(gate)}");
        }
        else if (gate.Decision.Verdict == Verdict.Abort)
        {
            Rollback.Begin(step, MigrationOutcome.Stayed, Explain(gate));
        }
        else
        {
            Stay(step, gate);
        }
    }

    /// <summary>Gate 2: everything is quiesced, and the time that really went by counts.</summary>
    public static void Second(DeviceStepBuilder step)
    {
        var gate = Decide(step, 2, step.State.Evaluator!, step.State.FirstGate!.Moment);
        step.State = step.State with { SecondGate = gate };
        var goesOn = step.Plan.Mode == MigrationMode.Rehearsal || gate.Decision.Verdict == Verdict.Commit;
        step.Enter(goesOn ? EngineStage.Stopping : EngineStage.Unquiescing);
    }

    /// <summary>Waits for the next evaluation, or stays for good when waiting has brought nothing.</summary>
    private static void Stay(DeviceStepBuilder step, GateDecision gate)
    {
        var bound = gate.Decision.BoundSeconds;
        var isBetter = bound < step.State.SmallestBoundSeconds * (1 - Progress);
        step.State = step.State with
        {
            EvaluationsInVain = isBetter ? 0 : step.State.EvaluationsInVain + 1,
            SmallestBoundSeconds = isBetter ? bound : step.State.SmallestBoundSeconds,
        };

        // Evidence does not grow while a session waits: without a bound now there is none later.
        var isHopeless = gate.Decision.Method is null || double.IsNaN(gate.Decision.NextEvaluationSeconds);
        if (isHopeless || step.State.EvaluationsInVain >= step.Plan.Patience)
        {
            Rollback.Begin(step, MigrationOutcome.Stayed, Explain(gate));
            return;
        }

        // Whoever may still commit at the last safe moment is asked then, not after it.
        var seconds = gate.Decision.LastSafeCommitSeconds is > 0 and var last
            ? Math.Min(gate.Decision.NextEvaluationSeconds, last)
            : gate.Decision.NextEvaluationSeconds;
        Wait(step, seconds);
    }

    /// <summary>Evaluates again after a while.</summary>
    public static void Wait(DeviceStepBuilder step, double seconds)
    {
        step.Enter(EngineStage.Waiting);
        step.WakeAt(step.NowNanoseconds + Nanoseconds(seconds));
    }

    public static string Explain(GateDecision gate) => gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason;

    /// <summary>The moment by which a source device has to be past its commit arcs: what is left of the limit, less the bound
    /// of everything that comes after them, or less the way back (on the median) if that is longer: a device that gives up in
    /// flight has to be walked back to RUNNING within the limit.</summary>
    /// <returns>Nanoseconds on the monotonic clock; null if there is nothing to keep, or the device takes no deadline.</returns>
    public static long? Deadline(DeviceStepBuilder step, int device)
    {
        if (step.Plan is not { Mode: MigrationMode.Active, Limit: { } limit } || step.Plan.Devices[device].Source.OffersDeadline != Answer.Yes)
        {
            return null;
        }

        var rest = RestSeconds(step);
        var reserve = Math.Max(double.IsFinite(rest) ? rest : 0, WayEstimate.BackFromStopSeconds(step));
        return step.NowNanoseconds + Nanoseconds(limit.TotalSeconds) - step.State.BlackoutNanoseconds(step.NowNanoseconds) - Nanoseconds(reserve);
    }

    /// <summary>The bound of everything that follows the arcs past the commit point, by the latest gate, in seconds; NaN if there is none.</summary>
    public static double RestSeconds(DeviceStepBuilder step) =>
        step.State.Evaluator!.BoundAfterCommitArcsSeconds((step.State.SecondGate ?? step.State.FirstGate!).Moment);

    private static GateDecision Decide(DeviceStepBuilder step, int gate, SwitchoverEvaluator evaluator, DecisionMoment basis)
    {
        var moment = basis with
        {
            ElapsedSeconds = Seconds(step.NowNanoseconds - step.State.StartedNanoseconds),
            PausedSeconds = Seconds(step.State.BlackoutNanoseconds(step.NowNanoseconds)),
            Quiesced = gate == 2,
        };
        var decided = new GateDecision(gate, evaluator.Decide(moment), moment, evaluator, step.NowNanoseconds);
        step.Send(new ReportDecision(decided));
        return decided;
    }

    private static double Seconds(long nanoseconds) => nanoseconds / 1e9;

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);
}
