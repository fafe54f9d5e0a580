using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Tries switchover rules on a recorded session with devices: where would it have committed under another rule, limit or confidence?</summary>
/// <remarks>The moments are those at which the session itself was asked (gate 1); where it then looked again with everything quiesced (gate 2), so does a rule
/// of the planner's. If the session came to the destination, its own blackout is the truth of every moment: what devices take does not depend on when. Otherwise
/// nobody knows it, and it is what the model predicted.</remarks>
public sealed class DeviceReplay
{
    private readonly DeviceRecording _recording;

    /// <summary>Takes a recording.</summary>
    public DeviceReplay(DeviceRecording recording) => _recording = recording;

    /// <summary>The recording.</summary>
    public DeviceRecording Recording => _recording;

    /// <summary>Tries a rule.</summary>
    /// <param name="rule">The name of one of the planner's rules or of <see cref="PeerRules.Names"/>. Devices have no calmer moments: of the planner's the earliest is taken.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that should keep the limit; in (0, 1).</param>
    public RuleOutcome Run(string rule, double limitSeconds, double confidence)
    {
        var peer = PeerRules.Names.Contains(rule) ? PeerRules.Create(rule, limitSeconds) : null;
        var (decisions, unbounded) = (0, 0);
        for (var i = 0; i < _recording.Decisions.Count; i++)
        {
            if (_recording.Decisions[i].Gate != 1)
            {
                continue;
            }

            decisions++;
            var evaluator = Prepare(_recording.Decisions[i].Snapshot, limitSeconds, confidence);
            var decision = evaluator.Decide(evaluator.Moment);
            unbounded += double.IsFinite(decision.BoundSeconds) ? 0 : 1;
            var known = _recording.IsCompleted && _recording.PausedSeconds is { } paused ? paused : double.NaN;
            var action = peer?.Consider(Moment(evaluator, decisions, known)) ?? Action(decision.Verdict);
            if (action == SwitchoverAction.Abort)
            {
                break;
            }

            if (action == SwitchoverAction.Commit && (peer is not null || HoldsAtGate2(i + 1, limitSeconds, confidence)))
            {
                return Committed(evaluator.Moment.ElapsedSeconds, double.IsNaN(known) ? decision.P50Seconds : known, peer is null ? decision.BoundSeconds : double.NaN) with
                {
                    Decisions = decisions,
                    UnboundedDecisions = peer is null ? unbounded : null,
                    OracleCompletionSeconds = OracleCompletion(limitSeconds),
                    BlackoutFrom = double.IsNaN(known) ? BlackoutSource.Predicted : BlackoutSource.Measured,
                };
            }
        }

        return new RuleOutcome { Decisions = decisions, UnboundedDecisions = peer is null ? unbounded : null, OracleCompletionSeconds = OracleCompletion(limitSeconds) };
    }

    private double? OracleCompletion(double limitSeconds) =>
        _recording is { IsCompleted: true, PausedSeconds: { } paused } && paused <= limitSeconds ? _recording.Decisions[0].Snapshot.Sla?.ElapsedSeconds + paused : null;

    private static RuleOutcome Committed(double elapsedSeconds, double blackoutSeconds, double boundSeconds) => new()
    {
        Decisions = 0,
        CommitSeconds = elapsedSeconds,
        BlackoutSeconds = double.IsFinite(blackoutSeconds) ? blackoutSeconds : null,
        BoundSeconds = double.IsFinite(boundSeconds) ? boundSeconds : null,
        CompletionSeconds = double.IsFinite(blackoutSeconds) ? elapsedSeconds + blackoutSeconds : null,
    };

    private bool HoldsAtGate2(int next, double limitSeconds, double confidence)
    {
        if (next >= _recording.Decisions.Count || _recording.Decisions[next].Gate != 2)
        {
            return true;
        }

        var evaluator = Prepare(_recording.Decisions[next].Snapshot, limitSeconds, confidence);
        return evaluator.Decide(evaluator.Moment).Verdict == Verdict.Commit;
    }

    private static SwitchoverEvaluator Prepare(DecisionSnapshot snapshot, double limitSeconds, double confidence) =>
        SwitchoverEvaluator.Prepare(snapshot with { Sla = (snapshot.Sla ?? new SlaTerms()) with { BlackoutLimitSeconds = limitSeconds, Confidence = confidence } });

    private static SwitchoverAction Action(Verdict verdict) => verdict switch
    {
        Verdict.Commit => SwitchoverAction.Commit,
        Verdict.Abort => SwitchoverAction.Abort,
        _ => SwitchoverAction.Wait,
    };

    private static PreCopyMoment Moment(SwitchoverEvaluator evaluator, int round, double trueBlackoutSeconds) => new()
    {
        ElapsedSeconds = evaluator.Moment.ElapsedSeconds,
        IsSync = true,
        Round = round,
        RamBytes = evaluator.Moment.RamRemainingBytes,
        StateBytes = evaluator.Moment.StateBytes,
        BytesPerSecond = evaluator.Snapshot.Transfer is { BytesPerSecond: { Count: > 0 } rates } ? Samples.Of(rates).Median : 0,
        WrittenBytes = double.NaN,
        RoundSeconds = double.NaN,
        TrueBlackoutSeconds = trueBlackoutSeconds,
    };
}
