using CsCheck;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Decisions;

public class DecisionPropertyTests
{
    [Fact]
    public void A_commit_always_has_a_bound_within_the_limit() => Snapshots.Any.Sample(
        snapshot =>
        {
            var evaluator = SwitchoverEvaluator.Prepare(snapshot);
            var decision = evaluator.Decide(evaluator.Moment);
            return decision.Verdict != Verdict.Commit || decision.BoundSeconds <= snapshot.Sla!.BlackoutLimitSeconds;
        },
        iter: 300);

    [Fact]
    public void With_enough_blackouts_the_bound_is_always_finite() => Snapshots.Any.Where(s => s.PastBlackouts.Count >= 99).Sample(
        snapshot =>
        {
            var evaluator = SwitchoverEvaluator.Prepare(snapshot);
            var decision = evaluator.Decide(evaluator.Moment);
            return decision.Method == BoundMethod.Direct && double.IsFinite(decision.BoundSeconds) && decision.BoundSeconds > 0;
        },
        iter: 100);

    [Fact]
    public void More_remaining_bytes_never_turn_another_verdict_into_a_commit() =>
        Gen.Select(Snapshots.Any, Gen.Long[0, 500_000_000], Gen.Long[0, 500_000_000], Gen.Bool).Sample(
            (snapshot, ram, more, quiesced) =>
            {
                var evaluator = SwitchoverEvaluator.Prepare(snapshot);
                var few = evaluator.Moment with { RamRemainingBytes = ram, Quiesced = quiesced };
                var many = few with { RamRemainingBytes = ram + more, StateBytes = few.StateBytes + more / 2 };
                return evaluator.Decide(few).Verdict == Verdict.Commit || evaluator.Decide(many).Verdict != Verdict.Commit;
            },
            iter: 300);

    [Fact]
    public void A_larger_limit_never_turns_a_commit_into_another_verdict_nor_raises_the_probability_of_a_miss() =>
        Gen.Select(Snapshots.Any, Gen.Double[0, 1]).Sample(
            (snapshot, more) =>
            {
                var tight = SwitchoverEvaluator.Prepare(snapshot);
                var wide = SwitchoverEvaluator.Prepare(snapshot with { Sla = snapshot.Sla! with { BlackoutLimitSeconds = snapshot.Sla.BlackoutLimitSeconds + more } });
                var (before, after) = (tight.Decide(tight.Moment), wide.Decide(wide.Moment));
                return (before.Verdict != Verdict.Commit || after.Verdict == Verdict.Commit)
                    && (double.IsNaN(after.MissProbability) || after.MissProbability <= before.MissProbability);
            },
            iter: 300);

    [Fact]
    public void A_longer_pause_never_turns_another_verdict_into_a_commit() =>
        Gen.Select(Snapshots.Any, Gen.Double[0, 0.5], Gen.Double[0, 0.5]).Sample(
            (snapshot, paused, more) =>
            {
                var evaluator = SwitchoverEvaluator.Prepare(snapshot);
                var moment = evaluator.Moment with { Quiesced = true, PausedSeconds = paused };
                return evaluator.Decide(moment).Verdict == Verdict.Commit
                    || evaluator.Decide(moment with { PausedSeconds = paused + more }).Verdict != Verdict.Commit;
            },
            iter: 300);

    [Fact]
    public void Gate_2_decides_alike_on_the_tables_of_gate_1_and_on_new_ones() => Gen.Select(Snapshots.Any, Gen.Double[0, 0.1]).Sample(
        (snapshot, paused) =>
        {
            var before = SwitchoverEvaluator.Prepare(snapshot);
            var after = SwitchoverEvaluator.Prepare(snapshot with
            {
                Sla = snapshot.Sla! with { PausedSeconds = paused },
                Devices = [.. snapshot.Devices.Select(d => d with { State = "PRE_COPY_P2P" })],
            });
            return before.Decide(before.Moment with { Quiesced = true, PausedSeconds = paused }) == after.Decide(after.Moment);
        },
        iter: 200);

    [Fact]
    public void A_snapshot_that_was_written_and_read_gives_the_same_decision() => Snapshots.Any.Sample(
        snapshot =>
        {
            var read = DecisionJson.ReadSnapshot(DecisionJson.WriteSnapshot(snapshot), "snapshot.json");
            var (a, b) = (SwitchoverEvaluator.Prepare(snapshot), SwitchoverEvaluator.Prepare(read));
            return a.Decide(a.Moment) == b.Decide(b.Moment) && a.Moment == b.Moment;
        },
        iter: 100);

    [Fact]
    public void Deciding_allocates_nothing()
    {
        foreach (var action in Enum.GetValues<InsufficientEvidenceAction>())
        {
            foreach (var snapshot in new[] { Snapshots.Machine(devices: 2, ramBytes: 500_000_000), Snapshots.Machine(blackouts: 3, samples: 50, limit: 0.01, ramBytes: 10), Snapshots.Machine(samples: 800, blackouts: 0, confidence: 0.9) })
            {
                var windows = snapshot.Ram is null ? null : snapshot.Ram with { DirtyWindows = [new(0.1, 0.4e9), new(2, 5e9)] };
                var evaluator = SwitchoverEvaluator.Prepare(snapshot with { Ram = windows, Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = action, DirtyRateFloorBytesPerSecond = 1 } });
                foreach (var moment in new[] { evaluator.Moment, evaluator.Moment with { Quiesced = true, PausedSeconds = 0.01 } })
                {
                    Assert.Equal(0, Allocations.Fewest(() =>
                    {
                        for (var i = 0; i < 100; i++)
                        {
                            evaluator.Decide(moment);
                            evaluator.BoundAfterCommitArcsSeconds(moment);
                        }
                    }));
                }
            }
        }
    }
}
