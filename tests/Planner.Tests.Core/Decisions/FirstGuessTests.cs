using Planner.Documents;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Decisions;

public sealed class FirstGuessTests
{
    private static readonly FirstGuess Guess = new(0.11, "cold-start v3", 0.25, 0.99);

    [Fact]
    public void Under_stay_a_first_guess_is_shown_and_never_commits()
    {
        var (decision, explained) = Decide(Cold(InsufficientEvidenceAction.Stay, Guess));

        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Null(decision.Method);
        Assert.Equal(0.11, explained.Blackout.P50Seconds);
        Assert.Null(explained.Blackout.BoundSeconds);
        Assert.True(double.IsNaN(decision.PredictedSeconds));
        Assert.Equal(0, explained.Evidence.Have);
        Assert.StartsWith("samples of ", explained.Evidence.Of, StringComparison.Ordinal);
        Assert.StartsWith(
            "Stay: there is only a first guess by model cold-start v3 of 110 ms, at most 250 ms at 99 %, which carries no commit; a prediction lacks samples of ",
            explained.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Under_accept_a_first_guess_commits_as_the_independent_method_and_says_so()
    {
        var (decision, explained) = Decide(Cold(InsufficientEvidenceAction.Accept, Guess));

        Assert.Equal(Verdict.Commit, decision.Verdict);
        Assert.Equal(("independent", 0.25), (explained.Blackout.Method, explained.Blackout.BoundSeconds));
        Assert.Null(explained.Blackout.MissProbability);
        Assert.Equal("Commit: the bound of 250 ms at 99 % (first guess by model cold-start v3, without proof) fits the limit of 300 ms.", explained.Reason);
        Assert.Equal(0, explained.Evidence.Have);
    }

    [Fact]
    public void A_first_guess_above_the_limit_stays_and_says_which_limit_would_do()
    {
        var (decision, explained) = Decide(Cold(InsufficientEvidenceAction.Accept, Guess with { BoundSeconds = 0.7 }));

        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.StartsWith("Stay: the bound of 700 ms at 99 % (first guess by model cold-start v3, without proof) exceeds the limit of 300 ms", explained.Reason, StringComparison.Ordinal);
        Assert.Equal(["limit >= 700 ms"], explained.WouldCommitIf);
    }

    [Fact]
    public void Without_a_bound_or_with_one_for_less_confidence_there_is_only_the_median()
    {
        foreach (var guess in new[] { new FirstGuess(0.11, "cold-start v3"), Guess with { Confidence = 0.9 } })
        {
            var (decision, explained) = Decide(Cold(InsufficientEvidenceAction.Accept, guess));

            Assert.Equal((Verdict.Stay, 0.11), (decision.Verdict, decision.P50Seconds));
            Assert.StartsWith("Stay: there is only a first guess by model cold-start v3 of 110 ms, which carries no commit; ", explained.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_first_guess_is_ignored_once_every_term_has_a_sample()
    {
        foreach (var action in Enum.GetValues<InsufficientEvidenceAction>())
        {
            var snapshot = Snapshots.Machine(samples: 1, blackouts: 0);
            snapshot = snapshot with { Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = action } };

            Assert.Equal(Decide(snapshot).Explained.Reason, Decide(snapshot with { FirstGuess = Guess }).Explained.Reason);
        }
    }

    [Fact]
    public void A_first_guess_does_not_help_where_more_than_samples_is_missing()
    {
        var cold = Cold(InsufficientEvidenceAction.Accept, Guess);
        var (decision, explained) = Decide(cold with { Devices = [cold.Devices[0] with { StateBytes = null }] });

        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.True(double.IsNaN(decision.P50Seconds));
        Assert.StartsWith("Stay: nothing can be predicted without the state size of nic0", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Stated_worst_cases_go_before_a_first_guess_where_the_policy_asks_for_them() =>
        Assert.Null(Decide(Cold(InsufficientEvidenceAction.WorstCase, Guess)).Decision.Method);

    [Fact]
    public void At_gate_2_the_pause_comes_on_top_of_the_guess()
    {
        var evaluator = SwitchoverEvaluator.Prepare(Cold(InsufficientEvidenceAction.Accept, Guess));
        var decision = evaluator.Decide(evaluator.Moment with { Quiesced = true, PausedSeconds = 0.06 });

        Assert.Equal((Verdict.Stay, 0.31, 0.17), (decision.Verdict, Math.Round(decision.BoundSeconds, 9), Math.Round(decision.P50Seconds, 9)));
        Assert.Equal(0.25, evaluator.BoundAfterCommitArcsSeconds(evaluator.Moment));
    }

    [Fact]
    public void A_decision_on_a_guess_allocates_nothing_and_can_be_repeated_from_the_snapshots_text()
    {
        var snapshot = Cold(InsufficientEvidenceAction.Accept, Guess);
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var moment = evaluator.Moment;
        var decision = evaluator.Decide(moment);

        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                decision = evaluator.Decide(moment);
            }
        }));

        var text = DecisionJson.WriteSnapshot(snapshot);
        Assert.Contains("\"firstGuess\":{\"p50Seconds\":0.11,\"model\":\"cold-start v3\",\"boundSeconds\":0.25,\"confidence\":0.99}", text, StringComparison.Ordinal);
        Assert.Equal(decision, Decide(DecisionJson.ReadSnapshot(text, "s")).Decision);
    }

    [Theory]
    [InlineData("{\"p50Seconds\": 0.1}", "the key 'model' is missing here")]
    [InlineData("{\"p50Seconds\": 0.1, \"model\": \"\"}", "firstGuess.model: must name the model in 1 to 100 printable characters")]
    [InlineData("{\"p50Seconds\": 0.1, \"model\": \"a\\u001b\"}", "firstGuess.model: must name the model in 1 to 100 printable characters")]
    [InlineData("{\"p50Seconds\": 0, \"model\": \"m\"}", "firstGuess.p50Seconds: must be at least 1E-09")]
    [InlineData("{\"p50Seconds\": 0.1, \"model\": \"m\", \"boundSeconds\": 1}", "firstGuess: boundSeconds and confidence are given together or not at all")]
    [InlineData("{\"p50Seconds\": 0.1, \"model\": \"m\", \"boundSeconds\": 1, \"confidence\": 1}", "firstGuess.confidence: must be above 0 and below 1")]
    [InlineData("{\"p50Seconds\": 0.1, \"model\": \"m\", \"boundSeconds\": -1, \"confidence\": 0.9}", "firstGuess.boundSeconds: must be at least 1E-09")]
    public void A_guess_that_is_none_is_refused(string guess, string problem)
    {
        var e = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot($"{{\"firstGuess\": {guess}}}", "s"));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_model_is_asked_with_is_read_from_the_snapshot()
    {
        var machine = Snapshots.Machine(devices: 2, samples: 3, ramBytes: 1 << 20);
        machine = machine with { Ram = machine.Ram! with { DirtyWindows = [new DirtyWindowEvidence(0.1, 1e6), new DirtyWindowEvidence(1, 5e6)] } };
        var features = SnapshotFeatures.Read(machine);

        Assert.Equal((2, 128 << 20, 1 << 20, MigrationPhase.PreCopy), (features.DeviceCount, features.StateBytes, features.RamRemainingBytes, features.Phase));
        Assert.Equal(5 * (0.002 + 0.020 + 0.030 + 0.001 + 0.001), features.StatedArcsSeconds, 9);
        Assert.Equal(machine.Transfer!.BytesPerSecond.Order().ElementAt(1), features.BandwidthBytesPerSecond);
        Assert.InRange(features.DirtyShortBytesPerSecond, 0.9e7, 1.1e7);
        Assert.InRange(features.DirtyLongBytesPerSecond, 4.5e6, 5.5e6);
        var empty = SnapshotFeatures.Read(new DecisionSnapshot { Devices = [new DeviceEvidence()] });
        Assert.Equal(
            new BlackoutFeatures { DeviceCount = 1, StatedArcsSeconds = double.NaN, StateBytes = double.NaN, BandwidthBytesPerSecond = double.NaN },
            empty);
    }

    private static DecisionSnapshot Cold(InsufficientEvidenceAction action, FirstGuess guess)
    {
        var machine = Snapshots.Machine(samples: 0, blackouts: 0);
        return machine with
        {
            Sla = machine.Sla! with { WhenEvidenceIsInsufficient = action },
            Devices = [machine.Devices[0] with { Arcs = [] }],
            FirstGuess = guess,
        };
    }

    private static (Decision Decision, ExplainedDecision Explained) Decide(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var decision = evaluator.Decide(evaluator.Moment);
        return (decision, evaluator.Explain(decision, evaluator.Moment));
    }
}
