using Planner.Estimators;
using Planner.Policies;

namespace Planner.Simulation;

/// <summary>What recordings are evidence of: the input of decisions about another migration over the same link.</summary>
/// <remarks>Each past blackout is given with a prediction that knows nothing of its own configuration, as a prediction of a new one would.</remarks>
public static class RecordedEvidence
{
    // The bytes of recorded stop phases hardly differ, so they cannot tell the fixed part from the rate: far above them the sum is a guess.
    private const double FarthestBytes = 1.5;

    /// <summary>The snapshot of a machine without devices.</summary>
    /// <param name="recordings">The evidence.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that must keep it; in (0, 1).</param>
    public static DecisionSnapshot Of(IReadOnlyList<QemuRecording> recordings, double limitSeconds, double confidence)
    {
        var transfer = StopPhases.Learn(recordings, StopPhases.BytesAtStop);
        return new DecisionSnapshot
        {
            Sla = new SlaTerms { Class = "recordings", BlackoutLimitSeconds = limitSeconds, Confidence = confidence },
            Ram = new RamEvidence { RemainingBytes = 0 },
            Transfer = new TransferEvidence { FixedSeconds = transfer.FixedSamples, BytesPerSecond = transfer.RateSamples },
            PastBlackouts = PastBlackouts(recordings),
        };
    }

    /// <summary>One of the planner's rules for a recording, with the other configurations as evidence.</summary>
    /// <param name="rule">One of <see cref="PlannerRules.Names"/>.</param>
    /// <param name="recording">The migration to come.</param>
    /// <param name="recordings">All that is recorded; those of the same configuration are left out.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that must keep it; in (0, 1).</param>
    public static IPlannerRule RuleFor(string rule, QemuRecording recording, IReadOnlyList<QemuRecording> recordings, double limitSeconds, double confidence)
    {
        var others = Without(recordings, recording.Configuration);
        var evaluator = SwitchoverEvaluator.Prepare(Of(others, limitSeconds, confidence));
        var most = FarthestBytes * others.Where(r => r.IsSwitchover).Select(r => r.Outcome!.StopPhaseBytes).DefaultIfEmpty(0).Max();

        // Pre-copy is capped here: its rate tells nothing of the link in the stop phase, so there is one kind of moments.
        return PlannerRules.Create(rule, new RuleMoments(new MomentEvaluators(evaluator, evaluator, evaluator), new LinkLifeTable(), most), double.PositiveInfinity);
    }

    internal static List<QemuRecording> Without(IEnumerable<QemuRecording> recordings, string configuration) =>
        [.. recordings.Where(r => r.Configuration != configuration)];

    private static List<PastBlackout> PastBlackouts(IReadOnlyList<QemuRecording> evidence)
    {
        var past = new List<PastBlackout>();
        foreach (var recording in evidence.Where(r => r.IsSwitchover))
        {
            var others = Without(evidence, recording.Configuration);
            var predicted = StopPhases.Learn(others, StopPhases.BytesAtStop).Predict(StopPhases.BytesAtStop(recording));
            if (predicted.Source == TransferSource.StopPhases)
            {
                past.Add(new PastBlackout(predicted.Seconds, recording.Outcome!.DowntimeSeconds));
            }
        }

        return past;
    }
}
