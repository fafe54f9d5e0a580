using Planner.Evidence;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>What recordings teach the planner's own rules about a recorded migration: never anything of its own configuration.</summary>
/// <remarks>The past blackouts are those at QEMU's own stop, each predicted in turn without its own configuration.</remarks>
public sealed class RecordedEvidence
{
    private readonly IReadOnlyList<QemuRecording> _recordings;
    private readonly Func<QemuRecording, double> _bytesOf;
    private readonly Dictionary<string, DecisionSnapshot> _snapshots = [];
    private readonly Dictionary<(string Configuration, double Limit, double Confidence), SwitchoverEvaluator> _evaluators = [];

    /// <summary>Takes recordings.</summary>
    /// <param name="recordings">Recordings of one link.</param>
    /// <param name="bytesOf">The bytes of a stop phase: as they were sent where decisions will know the bytes exactly, and as they were foretold
    /// where decisions will be foretold them in the same way.</param>
    public RecordedEvidence(IReadOnlyList<QemuRecording> recordings, Func<QemuRecording, double> bytesOf)
    {
        _recordings = recordings;
        _bytesOf = bytesOf;
    }

    /// <summary>The recordings of all other configurations.</summary>
    /// <param name="configuration">The configuration to leave out.</param>
    public IReadOnlyList<QemuRecording> Others(string configuration) => Without(_recordings, configuration);

    /// <summary>What decides about a migration of a configuration, from the other configurations; under <c>stay</c>.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that should keep the limit; in (0, 1).</param>
    public SwitchoverEvaluator Evaluator(string configuration, double limitSeconds, double confidence)
    {
        if (!_evaluators.TryGetValue((configuration, limitSeconds, confidence), out var evaluator))
        {
            if (!_snapshots.TryGetValue(configuration, out var snapshot))
            {
                _snapshots[configuration] = snapshot = Snapshot(Others(configuration));
            }

            evaluator = SwitchoverEvaluator.Prepare(snapshot with
            {
                Sla = new SlaTerms { Class = "recordings", BlackoutLimitSeconds = limitSeconds, Confidence = confidence },
            });
            _evaluators[(configuration, limitSeconds, confidence)] = evaluator;
        }

        return evaluator;
    }

    /// <summary>One of the planner's own rules for a recorded migration.</summary>
    /// <remarks>The pre-copy of a recording is capped and says nothing of the link in the stop phase, so there is one kind of moments.</remarks>
    /// <param name="name">One of <see cref="PlannerRules.Names"/>.</param>
    /// <param name="configuration">The migration's configuration.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that should keep the limit; in (0, 1).</param>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public IPlannerRule CreateRule(string name, string configuration, double limitSeconds, double confidence) =>
        PlannerRules.Create(name, new RuleMoments(new MomentEvaluators(Evaluator(configuration, limitSeconds, confidence)), []), double.PositiveInfinity);

    private DecisionSnapshot Snapshot(IReadOnlyList<QemuRecording> evidence)
    {
        var transfer = StopPhases.Learn(evidence, _bytesOf);
        return new DecisionSnapshot
        {
            Ram = new RamEvidence { RemainingBytes = 0 },
            Transfer = new TransferEvidence { FixedSeconds = transfer.FixedSamples, BytesPerSecond = transfer.RateSamples },
            PastBlackouts = PastBlackouts(evidence),
        };
    }

    private List<PastBlackout> PastBlackouts(IReadOnlyList<QemuRecording> evidence)
    {
        var past = new List<PastBlackout>();
        foreach (var configuration in evidence.Where(r => r.IsSwitchover).GroupBy(r => r.Configuration))
        {
            var transfer = StopPhases.Learn(Without(evidence, configuration.Key), _bytesOf);
            foreach (var recording in configuration)
            {
                var predicted = transfer.PredictSeconds(_bytesOf(recording));
                if (!double.IsNaN(predicted))
                {
                    past.Add(new PastBlackout(predicted, recording.Outcome!.DowntimeSeconds));
                }
            }
        }

        return past;
    }

    private static List<QemuRecording> Without(IEnumerable<QemuRecording> recordings, string configuration) =>
        [.. recordings.Where(r => r.Configuration != configuration)];
}
