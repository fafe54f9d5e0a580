using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The two gates: where it is decided whether to go on.</summary>
internal static class Gates
{
    /// <summary>A bound has to become smaller by this share to count as progress.</summary>
    private const double Progress = 0.01;

    /// <summary>Gate 1: nothing has stopped yet.</summary>
    public static void First(Turn turn, SwitchoverEvaluator evaluator)
    {
        var gate = Decide(turn, 1, evaluator, evaluator.Moment);
        turn.State = turn.State with { Evaluator = evaluator, FirstGate = gate, SecondGate = null };
        if (turn.Plan.Mode == MigrationMode.Rehearsal || (turn.Plan.Mode == MigrationMode.Active && gate.Decision.Verdict == Verdict.Commit))
        {
            turn.BeginBlackout();
            turn.Enter(EngineStage.Quiescing);
        }
        else if (gate.Decision.Verdict == Verdict.Commit)
        {
            Retreat.Begin(turn, MigrationOutcome.Stayed, $"Shadow mode: it would commit now. {Explain(gate)}");
        }
        else if (gate.Decision.Verdict == Verdict.Abort)
        {
            Retreat.Begin(turn, MigrationOutcome.Stayed, Explain(gate));
        }
        else
        {
            Stay(turn, gate);
        }
    }

    /// <summary>Gate 2: everything is quiesced, and the time that really went by counts.</summary>
    public static void Second(Turn turn)
    {
        var gate = Decide(turn, 2, turn.State.Evaluator!, turn.State.FirstGate!.Moment);
        turn.State = turn.State with { SecondGate = gate };
        var goesOn = turn.Plan.Mode == MigrationMode.Rehearsal || gate.Decision.Verdict == Verdict.Commit;
        turn.Enter(goesOn ? EngineStage.Stopping : EngineStage.Unquiescing);
    }

    /// <summary>Waits for the next evaluation, or stays for good when waiting has brought nothing.</summary>
    private static void Stay(Turn turn, GateDecision gate)
    {
        var bound = gate.Decision.BoundSeconds;
        var isBetter = bound < turn.State.SmallestBoundSeconds * (1 - Progress);
        turn.State = turn.State with
        {
            EvaluationsInVain = isBetter ? 0 : turn.State.EvaluationsInVain + 1,
            SmallestBoundSeconds = isBetter ? bound : turn.State.SmallestBoundSeconds,
        };

        // Evidence does not grow while a session waits: without a bound now there is none later.
        var isHopeless = gate.Decision.Method is null || double.IsNaN(gate.Decision.NextEvaluationSeconds);
        if (isHopeless || turn.State.EvaluationsInVain >= turn.Plan.Patience)
        {
            Retreat.Begin(turn, MigrationOutcome.Stayed, Explain(gate));
            return;
        }

        // Whoever may still commit at the last safe moment is asked then, not after it.
        var seconds = gate.Decision.LastSafeCommitSeconds is > 0 and var last
            ? Math.Min(gate.Decision.NextEvaluationSeconds, last)
            : gate.Decision.NextEvaluationSeconds;
        Wait(turn, seconds);
    }

    /// <summary>Evaluates again after a while.</summary>
    public static void Wait(Turn turn, double seconds)
    {
        turn.State = turn.State with { Stage = EngineStage.Waiting, WakeAtNanoseconds = turn.NowNanoseconds + Nanoseconds(seconds) };
        turn.Send(new WakeAt(turn.State.WakeAtNanoseconds));
    }

    public static string Explain(GateDecision gate) => gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason;

    /// <summary>The moment by which a source device has to be past its commit arcs: what is left of the limit, less the bound
    /// of everything that comes after them, or less the way back (on the median) if that is longer: a device that gives up in
    /// flight has to be walked back to RUNNING within the limit.</summary>
    /// <returns>Nanoseconds on the monotonic clock; null if there is nothing to keep, or the device takes no deadline.</returns>
    public static long? Deadline(Turn turn, int device)
    {
        if (turn.Plan is not { Mode: MigrationMode.Active, Limit: { } limit } || !turn.Plan.Devices[device].Source.OffersDeadline)
        {
            return null;
        }

        var rest = RestSeconds(turn);
        var reserve = Math.Max(double.IsFinite(rest) ? rest : 0, WayEstimate.BackFromStopSeconds(turn));
        return turn.NowNanoseconds + Nanoseconds(limit.TotalSeconds) - turn.State.BlackoutNanoseconds(turn.NowNanoseconds) - Nanoseconds(reserve);
    }

    /// <summary>The bound of everything that follows the arcs past the commit point, by the latest gate, in seconds; NaN if there is none.</summary>
    public static double RestSeconds(Turn turn) =>
        turn.State.Evaluator!.BoundAfterCommitArcsSeconds((turn.State.SecondGate ?? turn.State.FirstGate!).Moment);

    private static GateDecision Decide(Turn turn, int gate, SwitchoverEvaluator evaluator, DecisionMoment basis)
    {
        var moment = basis with
        {
            ElapsedSeconds = Seconds(turn.NowNanoseconds - turn.State.StartedNanoseconds),
            PausedSeconds = Seconds(turn.State.BlackoutNanoseconds(turn.NowNanoseconds)),
            Quiesced = gate == 2,
        };
        var decided = new GateDecision(gate, evaluator.Decide(moment), moment, evaluator, turn.NowNanoseconds);
        turn.Send(new ReportDecision(decided));
        return decided;
    }

    private static double Seconds(long nanoseconds) => nanoseconds / 1e9;

    private static long Nanoseconds(double seconds) => (long)(seconds * 1e9);
}
