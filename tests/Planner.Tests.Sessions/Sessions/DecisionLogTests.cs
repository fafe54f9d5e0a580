using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Which decisions of an attempt the ledger keeps.</summary>
public sealed class DecisionLogTests
{
    private static readonly SwitchoverEvaluator Evaluator = SwitchoverEvaluator.Prepare(new DecisionSnapshot());

    [Fact]
    public void The_decision_that_an_attempt_ended_on_is_kept_with_its_input_although_it_was_never_told()
    {
        var log = new DecisionLog(startedNanoseconds: 0);
        var (told, deciding) = (Gate(Verdict.Stay, second: 1), Gate(Verdict.Commit, second: 2));
        log.Add(told);

        var kept = log.Read(deciding, null);

        Assert.Equal([(Verdict.Stay, false), (Verdict.Commit, true)], kept.Select(d => (d.Verdict!.Value, d.Snapshot is not null)));
        Assert.Equal(TimeSpan.FromSeconds(2), kept[1].After);
    }

    [Fact]
    public void What_was_told_and_decided_is_kept_once_and_a_stay_after_a_stay_only_as_the_last()
    {
        var log = new DecisionLog(startedNanoseconds: 0);
        GateDecision[] told = [Gate(Verdict.Stay, 1), Gate(Verdict.Stay, 2), Gate(Verdict.Commit, 3), Gate(Verdict.Stay, 4)];
        foreach (var gate in told)
        {
            log.Add(gate);
        }

        Assert.Equal([2.0, 3, 4], log.Read(told[3], null).Select(d => d.After!.Value.TotalSeconds));
    }

    private static GateDecision Gate(Verdict verdict, int second) =>
        new(1, Evaluator.Decide(Evaluator.Moment) with { Verdict = verdict }, Evaluator.Moment, Evaluator, second * 1_000_000_000L);
}
