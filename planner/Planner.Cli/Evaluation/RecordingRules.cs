using Planner.Evaluation;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>Tries rules on recorded migrations; the planner's own learn from the other configurations.</summary>
internal sealed class RecordingRules
{
    private readonly RecordingEvaluation _evaluation;
    private readonly RecordedEvidence _evidence;

    /// <summary>Prepares the replays.</summary>
    /// <param name="recordings">The recordings of one link.</param>
    public RecordingRules(IReadOnlyList<QemuRecording> recordings)
    {
        _evaluation = new RecordingEvaluation(recordings);

        // At the candidates of a replay the bytes are exact, so what is learned from are the bytes that were sent.
        _evidence = new RecordedEvidence(recordings, r => r.Outcome!.StopPhaseBytes);
    }

    /// <summary>The replays.</summary>
    public IReadOnlyList<RecordingReplay> Replays => _evaluation.Replays;

    /// <summary>The replays of migrations that never completed.</summary>
    public IReadOnlyList<RecordingReplay> NeverCompleted => _evaluation.NeverCompleted;

    /// <summary>The errors of what remains between syncs.</summary>
    public (double? P50, double? P90) RemainingErrors => (_evaluation.RemainingErrorP50, _evaluation.RemainingErrorP90);

    /// <summary>A new rule for a recording.</summary>
    public ISwitchoverRule Create(string rule, QemuRecording recording, double limitSeconds, double confidence) => RuleNames.IsPeer(rule)
        ? PeerRules.Create(rule, limitSeconds)
        : _evidence.CreateRule(rule, recording.Configuration, limitSeconds, confidence);

    /// <summary>The figures of rules, for every limit and confidence. Those of rules that know no confidence are repeated.</summary>
    public IEnumerable<RuleRow> Evaluate(IReadOnlyList<string> rules, IReadOnlyList<double> limits, IReadOnlyList<double> confidences)
    {
        foreach (var limit in limits)
        {
            foreach (var confidence in confidences)
            {
                foreach (var rule in rules)
                {
                    yield return new RuleRow("recordings", [], _evaluation.Evaluate(r => Create(rule, r, limit, confidence), limit, confidence) with { Rule = rule });
                }
            }
        }
    }
}
