using System.Text;
using Planner.Documents;
using Planner.Policies;

namespace Planner.Fuzz;

/// <summary>The input is a snapshot. Every failure but a <see cref="DocumentException"/> is a finding, and so is a decision that contradicts itself or that the
/// written snapshot does not repeat.</summary>
internal static class SnapshotTarget
{
    /// <summary>Reads the snapshot and decides.</summary>
    /// <returns>The reason.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            var snapshot = DecisionJson.ReadSnapshot(Encoding.UTF8.GetString(input), "stdin");
            var decision = Decide(snapshot);
            if (decision.Blackout is { P50Seconds: < 0 } or { BoundSeconds: < 0 } or { MissProbability: < 0 or > 1 } || decision.Terms.Any(t => t.P50Seconds < 0 || t.BoundSeconds < 0))
            {
                throw new InvalidOperationException($"The decision has an impossible figure: {DecisionJson.WriteDecision(decision)}");
            }

            if (decision.Verdict == "commit" && !(decision.Blackout.BoundSeconds <= decision.LimitSeconds))
            {
                throw new InvalidOperationException($"A commit without a bound within the limit: {DecisionJson.WriteDecision(decision)}");
            }

            var again = Decide(DecisionJson.ReadSnapshot(DecisionJson.WriteSnapshot(snapshot), "again"));
            return DecisionJson.WriteDecision(again) == DecisionJson.WriteDecision(decision)
                ? decision.Reason
                : throw new InvalidOperationException("The snapshot that was written gives another decision.");
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }

    private static ExplainedDecision Decide(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
