using Planner.Policies;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>All rules over recorded migrations.</summary>
internal static class RecordingRows
{
    private const string Kind = "recordings";

    // The recordings are of blackouts of 10 to 35 ms; the smaller limits are the ones that tell rules apart.
    private static readonly double[] UsualLimits = [0.03, 0.05, 0.1, 0.3];

    // A few dozen runs are evidence for 90 %; at 99 % a planner has to say that they are not.
    private static readonly double[] UsualConfidences = [0.9, 0.99];

    /// <summary>Evaluates.</summary>
    /// <returns>A row for every rule, limit and confidence; rules that know no confidence have one for every limit under the first.</returns>
    public static IReadOnlyList<RuleReport> Evaluate(IReadOnlyList<QemuRecording> recordings, EvaluationOptions options)
    {
        var evaluation = new RecordingEvaluation(recordings);
        var confidences = options.Confidences.Count > 0 ? options.Confidences : UsualConfidences;
        var rows = new List<RuleReport>();
        if (evaluation.Replays.Count == 0)
        {
            return rows;
        }

        foreach (var limit in options.Limits.Count > 0 ? options.Limits : UsualLimits)
        {
            foreach (var rule in PlannerRules.Names.Where(options.Includes))
            {
                rows.AddRange(confidences.Select(c => evaluation.Evaluate(r => RecordedEvidence.RuleFor(rule, r, recordings, limit, c), limit, c)));
            }

            foreach (var rule in PeerRules.Names.Where(options.Includes))
            {
                rows.Add(evaluation.Evaluate(_ => PeerRules.Create(rule, limit), limit, confidences[0]));
            }
        }

        return [.. rows.Select(r => r with { Kind = Kind })];
    }
}
