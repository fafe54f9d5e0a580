using Planner.Evidence;
using Planner.Policies;

namespace Planner.Tests.Decisions;

/// <summary>Migrations of one class, one after the other: each is decided on the evidence so far, and only a commit adds to it. A machine's prediction
/// is exact but for a score, and grows with its memory.</summary>
internal sealed class Commits
{
    private const double FixedSeconds = 0.02;
    private const double BytesPerSecond = 1e9;

    private readonly BlackoutHistory _blackouts = new();
    private readonly EvaluatorBuilder _evaluators = new();
    private readonly DecisionSnapshot _snapshot;

    /// <param name="limit">The blackout limit in seconds.</param>
    /// <param name="scores">What is known at the start, oldest first.</param>
    /// <param name="confidence">The share of commits that must keep the limit.</param>
    public Commits(double limit, IEnumerable<double> scores, double confidence = 0.99)
    {
        _snapshot = new DecisionSnapshot
        {
            Sla = new SlaTerms { Class = "gold", BlackoutLimitSeconds = limit, Confidence = confidence },
            Ram = new RamEvidence { RemainingBytes = 0 },
            Transfer = new TransferEvidence { FixedSeconds = [FixedSeconds], BytesPerSecond = [BytesPerSecond] },
        };
        foreach (var score in scores)
        {
            _blackouts.Add(new PastBlackout(0.1, 0.1 * score));
        }

        Evaluator = Build();
    }

    /// <summary>The evaluator of the evidence so far.</summary>
    public SwitchoverEvaluator Evaluator { get; private set; }

    /// <summary>The moment at which a machine is predicted to take so long.</summary>
    public DecisionMoment MomentOf(double predictedSeconds) =>
        Evaluator.Moment with { RamRemainingBytes = (long)Math.Round((predictedSeconds - FixedSeconds) * BytesPerSecond) };

    /// <summary>Decides.</summary>
    public Decision Decide(double predictedSeconds) => Evaluator.Decide(MomentOf(predictedSeconds));

    /// <summary>The decision in words.</summary>
    public ExplainedDecision Explain(double predictedSeconds) => Evaluator.Explain(Decide(predictedSeconds), MomentOf(predictedSeconds));

    /// <summary>Takes what came of a commit.</summary>
    public void Learn(Decision decision, double actualSeconds)
    {
        _blackouts.Add(new PastBlackout(decision.PredictedSeconds, actualSeconds));
        Evaluator = Build();
    }

    /// <summary>The most misses among any so many commits in a row.</summary>
    public static int WorstBlock(IReadOnlyList<bool> missed, int length)
    {
        var worst = 0;
        for (var (i, inBlock) = (0, 0); i < missed.Count; i++)
        {
            inBlock += (missed[i] ? 1 : 0) - (i >= length && missed[i - length] ? 1 : 0);
            worst = Math.Max(worst, inBlock);
        }

        return worst;
    }

    private SwitchoverEvaluator Build() => _evaluators.Build(_snapshot with { PastBlackouts = _blackouts.Now(_snapshot.Sla!.AllowedMisses) });
}
