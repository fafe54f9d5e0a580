using Planner.Evidence;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>Switchovers that failed or were given up, as evidence: nobody knows how long they would have been, and they rank above all others.</summary>
public sealed class CutOffTests
{
    private static DecisionSnapshot Machine(int whole, int cutOff, double confidence = 0.9)
    {
        var machine = Snapshots.Machine();
        return machine with
        {
            Sla = machine.Sla! with { Confidence = confidence, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Stay },
            PastBlackouts =
            [
                .. Enumerable.Range(0, whole).Select(i => new PastBlackout(0.1, 0.1 + (0.001 * (i * 7 % 20))) { Rehearsed = i % 2 == 0 }),
                .. Enumerable.Repeat(new PastBlackout(0.1, 0.001) { CutOff = true }, cutOff),
            ],
        };
    }

    [Fact]
    public void With_too_few_beside_them_there_is_no_bound_and_it_is_said_how_many_end_that()
    {
        var explained = Explain(Machine(whole: 11, cutOff: 1));

        Assert.Equal("stay", explained.Verdict);
        Assert.Equal((12L, true), (explained.Evidence.Have, explained.Evidence.Need >= 19));
        Assert.Contains("since 1 of them failed or was given up and ranks above all others", explained.Reason, StringComparison.Ordinal);
        Assert.Contains(explained.WouldCommitIf, c => c.Contains("more blackouts of class", StringComparison.Ordinal));
    }

    [Fact]
    public void With_enough_beside_them_a_bound_is_one_that_was_seen_to_its_end()
    {
        var explained = Explain(Machine(whole: 300, cutOff: 1));

        Assert.Equal("direct", explained.Blackout.Method);
        Assert.Contains("1 of them failed or was given up", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_selected_the_evidence_is_said()
    {
        var explained = Explain(Machine(whole: 100, cutOff: 0));

        Assert.Equal((50, 50), (explained.Evidence.Commits, explained.Evidence.Rehearsals));
        Assert.Contains("direct, from 100 blackouts of class", explained.Reason, StringComparison.Ordinal);
        Assert.Contains(": 50 commits, 50 rehearsals", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_input_of_a_decision_keeps_them()
    {
        var snapshot = Machine(whole: 20, cutOff: 2);

        var again = Planner.Documents.DecisionJson.ReadSnapshot(Planner.Documents.DecisionJson.WriteSnapshot(snapshot), "s");

        Assert.Equal(snapshot.PastBlackouts, again.PastBlackouts);
        Assert.Equal(2, again.PastBlackouts.Count(b => b.CutOff));
    }

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
