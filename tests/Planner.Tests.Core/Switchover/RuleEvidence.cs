using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Tests.Switchover;

/// <summary>Evidence for the planner's own rules: machines without devices whose stop phase sends 1000 bytes a second, so that a byte takes a
/// millisecond, and past blackouts around a multiple of their prediction.</summary>
internal static class RuleEvidence
{
    public const double LimitSeconds = 0.3;

    public static SwitchoverEvaluator Evaluator(int blackouts = 200, double score = 1, double? withinSeconds = null) => SwitchoverEvaluator.Prepare(new DecisionSnapshot
    {
        Sla = new SlaTerms
        {
            BlackoutLimitSeconds = LimitSeconds,
            Confidence = 0.9,
            CompleteWithinSeconds = withinSeconds,
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Stay,
        },
        Ram = new RamEvidence { RemainingBytes = 0 },
        Transfer = new TransferEvidence { FixedSeconds = [.. Enumerable.Repeat(0.0, 10)], BytesPerSecond = [.. Enumerable.Repeat(1000.0, 10)] },
        PastBlackouts = [.. Enumerable.Range(1, blackouts).Select(i => new PastBlackout(1, Score(i, score)))],
    });

    // Scores come in no order: a golden-ratio sequence within 5 %.
    private static double Score(int i, double around) => around * (0.95 + 0.1 * (i * 0.6180339887 % 1));

    public static RuleMoments SameForAll(SwitchoverEvaluator evaluator) => new(new MomentEvaluators(evaluator), []);

    /// <summary>A link that is known as calm, with blackouts of a score at either kind of moments.</summary>
    public static RuleMoments OfTwoKinds(double all, double? calm, double? rough)
    {
        var memory = new EvidenceMemory();
        foreach (var (score, wasCalm) in new[] { (all, (bool?)null), (calm ?? 0, true), (rough ?? 0, false) })
        {
            for (var i = 1; i <= 200 && score > 0; i++)
            {
                memory.Add(new BlackoutSample("machine", "", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Score(i, score)), default) { WasCalm = wasCalm });
            }
        }

        var snapshot = Evaluator(score: all).Snapshot;
        return new RuleMoments(new MomentEvaluators(new EvaluatorBuilder(), snapshot, memory.View(snapshot.Sla!.AllowedMisses), "machine"), [new LinkAge(-1, 10_000, 0)]);
    }

    /// <summary>Shows a rule an exact count every 100 ms, each after a moment without one.</summary>
    /// <returns>The index of the count at which the rule did not wait, or -1, and what it did.</returns>
    public static (int Count, SwitchoverAction Action) Show(ISwitchoverRule rule, IEnumerable<double> ramBytes)
    {
        var count = 0;
        foreach (var bytes in ramBytes)
        {
            var elapsed = (count + 1) * 0.1;
            if (rule.Consider(Moments.At(elapsed, bytes) with { SecondsSinceSync = 0.1 }) != SwitchoverAction.Wait)
            {
                throw new InvalidOperationException("the rule acted on a guess");
            }

            var action = rule.Consider(Moments.SyncAt(elapsed, bytes) with { WrittenBytes = 10, RoundSeconds = 0.1 });
            if (action != SwitchoverAction.Wait)
            {
                return (count, action);
            }

            count++;
        }

        return (-1, SwitchoverAction.Wait);
    }
}
