using Planner.Estimators;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Predicts the blackout of recorded migrations at the moment QEMU stopped, each from the recordings of the other configurations alone.</summary>
/// <remarks>The prediction and its bound come from the product's own evaluator. The past blackouts it is given were in turn predicted without
/// their own configuration.</remarks>
public static class StopMomentEvaluation
{
    private const double LimitSeconds = 0.3;
    private const double BoundConfidence = 0.9;
    private const double VerdictConfidence = 0.99;

    /// <summary>Evaluates recordings.</summary>
    /// <param name="recordings">The recordings of one link; only migrations by pre-copy with a known blackout are predicted, and only where
    /// other configurations have some, too.</param>
    public static StopMomentReport Evaluate(IReadOnlyList<QemuRecording> recordings)
    {
        var moments = new List<StopMoment>();
        var evidence = new RecordedEvidence(recordings, StopPhases.BytesAtStop);
        foreach (var configuration in recordings.Where(r => r.IsSwitchover).Select(r => r.Configuration).Distinct())
        {
            if (evidence.Others(configuration).Any(r => r.IsSwitchover))
            {
                moments.AddRange(Predict([.. recordings.Where(r => r.IsSwitchover && r.Configuration == configuration)], configuration, evidence));
            }
        }

        return Report([.. moments.OrderBy(m => m.Recording, StringComparer.Ordinal)]);
    }

    private static IEnumerable<StopMoment> Predict(List<QemuRecording> recordings, string configuration, RecordedEvidence evidence)
    {
        var bound = evidence.Evaluator(configuration, LimitSeconds, BoundConfidence);
        var verdict = evidence.Evaluator(configuration, LimitSeconds, VerdictConfidence);
        var constant = Samples.Of(evidence.Others(configuration).Where(r => r.IsSwitchover).Select(r => r.Outcome!.DowntimeSeconds)).Median;
        foreach (var recording in recordings)
        {
            var moment = new DecisionMoment(0, 0, (long)StopPhases.BytesAtStop(recording), 0, Quiesced: false);
            var decision = bound.Decide(moment);
            var explained = verdict.Explain(verdict.Decide(moment), moment);
            yield return new StopMoment
            {
                Recording = recording.Name,
                Configuration = recording.Configuration,
                ActualSeconds = recording.Outcome!.DowntimeSeconds,
                PredictedSeconds = decision.PredictedSeconds,
                ConstantSeconds = constant,
                BoundSeconds = double.IsFinite(decision.BoundSeconds) ? decision.BoundSeconds : null,
                Verdict = explained.Verdict,
                Have = explained.Evidence.Have,
                Need = explained.Evidence.Need,
                Reason = explained.Reason,
            };
        }
    }

    private static StopMomentReport Report(List<StopMoment> moments)
    {
        var errors = moments.Select(m => Math.Abs(m.PredictedSeconds - m.ActualSeconds)).ToList();
        var constants = moments.Select(m => Math.Abs(m.ConstantSeconds - m.ActualSeconds)).ToList();
        var gains = moments.Select((m, i) => (m.Configuration, Gain: constants[i] - errors[i])).ToList();
        var bounded = moments.Where(m => m.BoundSeconds is not null).ToList();
        return new StopMomentReport
        {
            Moments = moments,
            ErrorP50Seconds = moments.Count > 0 ? Samples.Of(errors).Median : null,
            ErrorP90Seconds = Quantiles.Of(errors, 0.9),
            ConstantErrorP50Seconds = moments.Count > 0 ? Samples.Of(constants).Median : null,
            ConstantErrorP90Seconds = Quantiles.Of(constants, 0.9),
            PairedProbability = Probability([.. gains.Select(g => g.Gain)]),
            PairedProbabilityOfConfigurations = Probability([.. gains.GroupBy(g => g.Configuration).Select(g => g.Average(x => x.Gain))]),
            Coverage = bounded.Count > 0 ? bounded.Count(m => m.ActualSeconds <= m.BoundSeconds) / (double)bounded.Count : null,
            UnboundedShare = moments.Count > 0 ? 1 - bounded.Count / (double)moments.Count : null,
            InsufficientEvidence = moments.Count(m => m.Verdict == "stay" && m.Have < m.Need),
        };
    }

    private static double? Probability(List<double> gains) => gains.Count <= SignedRankTest.MostPairs ? SignedRankTest.UpperProbability(gains) : null;
}
