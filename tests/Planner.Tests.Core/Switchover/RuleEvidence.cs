using Planner.Estimators;
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

        // Scores come in no order: a golden-ratio sequence within 5 %.
        PastBlackouts = [.. Enumerable.Range(1, blackouts).Select(i => new PastBlackout(1, score * (0.95 + 0.1 * (i * 0.6180339887 % 1))))],
    });

    public static RuleMoments SameForAll(SwitchoverEvaluator evaluator) => new(new MomentEvaluators(evaluator, evaluator, evaluator), new LinkLifeTable());

    /// <summary>A table that knows the link as calm.</summary>
    public static LinkLifeTable CalmLink()
    {
        var table = new LinkLifeTable();
        for (var i = 0; i < 10_000; i++)
        {
            table.Add(-1, brokeDown: false);
        }

        return table;
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
