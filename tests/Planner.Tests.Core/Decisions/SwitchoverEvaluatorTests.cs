using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class SwitchoverEvaluatorTests
{
    [Fact]
    public void A_bound_within_the_limit_commits()
    {
        var (decision, explained) = Decide(Snapshots.Machine());
        Assert.Equal(Verdict.Commit, decision.Verdict);
        Assert.Equal(BoundMethod.Direct, decision.Method);
        Assert.InRange(decision.BoundSeconds, decision.P50Seconds, 0.3);
        Assert.Equal(new EvidenceCount(150, 99, "blackouts of class mlx5") { Commits = 150, Rehearsals = 0 }, explained.Evidence);
        Assert.Empty(explained.WouldCommitIf);
        Assert.StartsWith("Commit: the bound of ", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_point_prediction_is_the_sum_of_the_medians_over_the_stages()
    {
        var snapshot = Snapshots.Machine(ramBytes: 100_000_000);
        var device = snapshot.Devices[0];
        var expected = device.Arcs.Sum(a => Median(a.Seconds)) + Median(snapshot.Transfer!.FixedSeconds)
            + (100_000_000 + (double)device.StateBytes!) * Median(snapshot.Transfer.BytesPerSecond.Select(r => 1 / r));
        Assert.Equal(expected, Decide(snapshot).Decision.PredictedSeconds, 9);
    }

    [Fact]
    public void Devices_wait_for_the_slowest_at_every_barrier()
    {
        var one = Device("a", ("RUNNING", "STOP", 0.1), ("STOP", "STOP_COPY", 0.2), ("RESUMING", "STOP", 0.7), ("STOP", "RUNNING", 0.01));
        var two = Device("b", ("RUNNING", "STOP", 0.2), ("STOP", "STOP_COPY", 0.05), ("RESUMING", "STOP", 0.3), ("STOP", "RUNNING", 0.05));
        var decision = Decide(Exact(one, two)).Decision;
        Assert.Equal(0.3 + 0.7 + 0.05 + 0.01, decision.PredictedSeconds, 9);
    }

    [Fact]
    public void A_combination_stands_in_for_arcs_that_were_not_measured_singly()
    {
        var device = Device("a", ("RUNNING", "STOP_COPY", 0.1), ("RESUMING", "RUNNING", 0.4));
        var (decision, explained) = Decide(Exact(device));
        Assert.Equal(0.5 + 0.01, decision.PredictedSeconds, 9);
        Assert.Equal(
            ["arc RUNNING->STOP_COPY", "transfer fixed", "transfer state", "arc RESUMING->RUNNING"],
            explained.Terms.Select(t => t.Term));
    }

    [Fact]
    public void Single_arcs_are_preferred_to_a_combination_of_them()
    {
        var device = Device("a", ("RUNNING", "STOP_COPY", 9), ("RUNNING", "STOP", 0.1), ("STOP", "STOP_COPY", 0.1), ("RESUMING", "STOP", 0.1), ("STOP", "RUNNING", 0.1));
        Assert.Equal(0.4 + 0.01, Decide(Exact(device)).Decision.PredictedSeconds, 9);
    }

    [Fact]
    public void An_arc_without_samples_is_named_and_nothing_is_predicted()
    {
        var device = Device("a", ("RUNNING", "STOP", 0.1), ("STOP", "STOP_COPY", 0.1), ("RESUMING", "STOP", 0.1));
        var (decision, explained) = Decide(Exact(device));
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.True(double.IsNaN(decision.PredictedSeconds));
        Assert.Equal(new EvidenceCount(0, 1, "samples of arc STOP->RUNNING of a"), explained.Evidence);
        Assert.Contains("samples of arc STOP->RUNNING of a", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_quiesce_stage_and_its_term_are_behind_at_gate_2_and_the_pause_counts()
    {
        var evaluator = SwitchoverEvaluator.Prepare(Snapshots.Machine());
        var gate1 = evaluator.Decide(evaluator.Moment);
        var moment = evaluator.Moment with { Quiesced = true, PausedSeconds = 0.05 };
        var gate2 = evaluator.Decide(moment);
        var explained = evaluator.Explain(gate2, moment);
        Assert.True(gate2.PredictedSeconds < gate1.PredictedSeconds);
        Assert.True(gate2.BoundSeconds > gate2.PredictedSeconds + 0.05);
        Assert.DoesNotContain(explained.Terms, t => t.Term == "arc PRE_COPY->PRE_COPY_P2P");
    }

    [Fact]
    public void A_snapshot_of_devices_in_their_P2P_state_is_a_moment_at_gate_2()
    {
        var snapshot = Snapshots.Machine();
        snapshot = snapshot with { Devices = [snapshot.Devices[0] with { State = "PRE_COPY_P2P" }] };
        Assert.True(SwitchoverEvaluator.Prepare(snapshot).Moment.Quiesced);
    }

    [Fact]
    public void The_dominant_term_is_the_index_of_the_largest_line_of_the_explanation()
    {
        foreach (var quiesced in new[] { false, true })
        {
            var evaluator = SwitchoverEvaluator.Prepare(Snapshots.Machine(devices: 3, ramBytes: 1_000_000));
            var moment = evaluator.Moment with { Quiesced = quiesced };
            var decision = evaluator.Decide(moment);
            var terms = evaluator.Explain(decision, moment).Terms;
            Assert.Equal(terms.Max(t => t.P50Seconds), terms[decision.DominantTerm].P50Seconds);
        }
    }

    [Fact]
    public void With_enough_samples_of_every_term_the_union_carries_the_commit_without_any_blackout()
    {
        var (decision, explained) = Decide(Snapshots.Machine(samples: 690, blackouts: 0, confidence: 0.95));
        Assert.Equal(BoundMethod.Union, decision.Method);
        Assert.Equal(Verdict.Commit, decision.Verdict);
        Assert.Equal(0.05, decision.MissProbability, 9);

        // Seven terms: ln(0.05 / 7) / ln(1 - 0.05 / 7), rounded up.
        Assert.Equal(690, explained.Evidence.Need);
        Assert.Null(Decide(Snapshots.Machine(samples: 689, blackouts: 0, confidence: 0.95)).Decision.Method);
    }

    [Fact]
    public void What_carries_a_commit_is_the_direct_bound_even_where_the_union_is_smaller()
    {
        var snapshot = Snapshots.Machine(samples: 900, blackouts: 0, confidence: 0.9, limit: 0.2);
        snapshot = snapshot with { PastBlackouts = [.. Enumerable.Repeat(new PastBlackout(0.1, 1), 50)] };
        var (decision, _) = Decide(snapshot);
        Assert.Equal(BoundMethod.Direct, decision.Method);
        Assert.Equal(Verdict.Stay, decision.Verdict);
    }

    [Fact]
    public void Too_little_evidence_stays_and_says_how_much_more_of_what()
    {
        var (decision, explained) = Decide(Snapshots.Machine(blackouts: 30));
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Null(decision.Method);
        Assert.Null(explained.Blackout.BoundSeconds);
        Assert.Null(explained.Blackout.MissProbability);
        Assert.NotNull(explained.Blackout.P50Seconds);
        Assert.Equal(new EvidenceCount(30, 99, "blackouts of class mlx5") { Commits = 30, Rehearsals = 0 }, explained.Evidence);
        Assert.Contains("69 more blackouts of class mlx5", explained.WouldCommitIf);
    }

    [Fact]
    public void The_worst_case_is_the_sum_of_what_is_stated_and_the_slowest_transfer_seen()
    {
        var snapshot = Snapshots.Machine(samples: 3, blackouts: 0, limit: 1);
        snapshot = snapshot with { Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = InsufficientEvidenceAction.WorstCase } };
        var (decision, _) = Decide(snapshot);
        var transfer = snapshot.Transfer!;
        var expected = 5 * (0.002 + 0.020 + 0.030 + 0.001 + 0.001) + transfer.FixedSeconds.Max() + (64 << 20) / transfer.BytesPerSecond.Min();
        Assert.Equal(Verdict.Commit, decision.Verdict);
        Assert.Equal(BoundMethod.Union, decision.Method);
        Assert.Equal(expected, decision.BoundSeconds, 9);
        Assert.True(double.IsNaN(decision.MissProbability));
    }

    [Fact]
    public void A_worst_case_that_nobody_states_is_named()
    {
        var snapshot = Snapshots.Machine(samples: 3, blackouts: 0, limit: 1);
        var device = snapshot.Devices[0];
        snapshot = snapshot with
        {
            Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = InsufficientEvidenceAction.WorstCase },
            Devices = [device with { Arcs = [.. device.Arcs.Select(a => a.From == "RESUMING" ? a with { WorstSeconds = null } : a)] }],
        };
        var (decision, explained) = Decide(snapshot);
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Contains("the worst case of arc RESUMING->STOP of nic0", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_is_accepted_only_where_the_policy_says_so_and_its_probability_knows_its_samples()
    {
        var snapshot = Snapshots.Machine(samples: 20, blackouts: 0, limit: 1);
        var (decision, explained) = Decide(snapshot with { Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept } });
        Assert.Equal(Verdict.Commit, decision.Verdict);
        Assert.Equal("independent", explained.Blackout.Method);
        Assert.Equal(1 - Math.Pow(0.05, 1 / 20.0), decision.MissProbability, 9);
        Assert.Equal(Verdict.Stay, Decide(snapshot).Decision.Verdict);
    }

    [Fact]
    public void The_model_agrees_with_a_simulation_of_independent_terms()
    {
        var snapshot = Snapshots.Machine(seed: 4, devices: 3, samples: 400, blackouts: 0, limit: 0.17, ramBytes: 50_000_000);
        snapshot = snapshot with { Sla = snapshot.Sla! with { WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept } };
        var (decision, _) = Decide(snapshot);
        var random = new Random(5);
        var bytes = 50_000_000 + 3.0 * (64 << 20);
        var totals = Enumerable.Range(0, 20_000).Select(_ =>
            Enumerable.Range(0, 5).Sum(arc => snapshot.Devices.Max(d => Pick(random, d.Arcs[arc].Seconds)))
            + Pick(random, snapshot.Transfer!.FixedSeconds) + bytes / Pick(random, snapshot.Transfer.BytesPerSecond)).Order().ToArray();
        Assert.InRange(decision.P50Seconds / totals[10_000], 0.99, 1.06);
        Assert.InRange(decision.BoundSeconds / totals[19_800], 0.98, 1.08);
    }

    [Fact]
    public void No_miss_in_n_blackouts_is_called_at_most_3_in_n()
    {
        var (decision, _) = Decide(Snapshots.Machine(blackouts: 500, limit: 100));
        Assert.InRange(decision.MissProbability, 2.9 / 500, 3.0 / 500);
    }

    [Fact]
    public void Without_a_limit_there_is_nothing_to_promise()
    {
        var snapshot = Snapshots.Machine();
        var (decision, explained) = Decide(snapshot with { Sla = null });
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Null(explained.LimitSeconds);
        Assert.Contains("No blackout limit is stated", explained.Reason, StringComparison.Ordinal);
        Assert.Contains(explained.WouldCommitIf, w => w.StartsWith("limit >= ", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_snapshot_stays_and_says_what_is_lacking()
    {
        var (decision, explained) = Decide(new DecisionSnapshot());
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Equal(-1, decision.DominantTerm);
        Assert.Contains("a blackout limit", explained.Reason, StringComparison.Ordinal);
        Assert.Contains("a device or memory to migrate", explained.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ERROR")]
    [InlineData("RESUMING")]
    public void A_device_that_no_migration_can_start_from_stays(string state)
    {
        var snapshot = Snapshots.Machine();
        var (decision, explained) = Decide(snapshot with { Devices = [snapshot.Devices[0] with { State = state }] });
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Contains($"instead of {state}", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_budget_that_is_nearly_spent_stays_although_the_limit_holds()
    {
        var snapshot = Snapshots.Machine();
        var (decision, explained) = Decide(snapshot with { Sla = snapshot.Sla! with { ErrorBudgetRemainingSeconds = 0.05 } });
        Assert.Equal(Verdict.Stay, decision.Verdict);
        Assert.Contains("error budget", explained.Reason, StringComparison.Ordinal);
        Assert.Contains(explained.WouldCommitIf, w => w.StartsWith("error budget >= ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(60, 10, "stay")]
    [InlineData(60, 59.95, "abort")]
    [InlineData(60, 61, "abort")]
    public void Past_the_last_safe_commit_the_migration_is_given_up(double within, double elapsed, string verdict)
    {
        var snapshot = Snapshots.Machine(limit: 0.01);
        var (decision, explained) = Decide(snapshot with { Sla = snapshot.Sla! with { CompleteWithinSeconds = within, ElapsedSeconds = elapsed } });
        Assert.Equal(verdict, explained.Verdict);
        Assert.Equal(within - elapsed - decision.BoundSeconds, decision.LastSafeCommitSeconds, 9);
    }

    [Fact]
    public void Memory_that_is_written_too_fast_is_throttled_to_the_mildest_rate_that_fits_if_the_policy_allows_it()
    {
        var snapshot = Throttled(floor: 1e6);
        var (decision, explained) = Decide(snapshot);
        Assert.Equal(Verdict.Throttle, decision.Verdict);
        Assert.Contains(explained.WouldCommitIf, w => w.StartsWith("dirty-rate limit <= ", StringComparison.Ordinal));

        // A round of a tenth of a second at that rate leaves memory that fits.
        var leaves = (long)(decision.DirtyRateLimitBytesPerSecond * 0.1 * 0.999);
        Assert.Equal(Verdict.Commit, Decide(snapshot with { Ram = snapshot.Ram! with { RemainingBytes = leaves } }).Decision.Verdict);

        Assert.Equal(Verdict.Stay, Decide(Throttled(floor: null)).Decision.Verdict);
        Assert.Equal(Verdict.Stay, Decide(Throttled(floor: 1e12)).Decision.Verdict);
    }

    [Fact]
    public void Memory_that_settles_low_enough_by_itself_is_not_throttled()
    {
        var snapshot = Throttled(floor: 1e6);
        var calm = snapshot.Ram! with { DirtyWindows = [new(0.1, 1e6), new(1, 5e6), new(10, 20e6)] };
        Assert.Equal(Verdict.Stay, Decide(snapshot with { Ram = calm }).Decision.Verdict);
    }

    [Fact]
    public void The_bound_behind_the_commit_arcs_is_a_part_of_the_whole_bound()
    {
        foreach (var snapshot in new[] { Snapshots.Machine(), Snapshots.Machine(samples: 700, blackouts: 0, confidence: 0.95) })
        {
            var evaluator = SwitchoverEvaluator.Prepare(snapshot);
            var rest = evaluator.BoundAfterCommitArcsSeconds(evaluator.Moment);
            Assert.InRange(rest, 0.03, evaluator.Decide(evaluator.Moment).BoundSeconds - 0.02);
        }

        var without = SwitchoverEvaluator.Prepare(Snapshots.Machine(blackouts: 3));
        Assert.True(double.IsNaN(without.BoundAfterCommitArcsSeconds(without.Moment)));
    }

    [Theory]
    [InlineData(1e-15)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.99999)]
    [InlineData(0.9999999999999)]
    public void Any_confidence_is_decided_on(double confidence)
    {
        var (decision, explained) = Decide(Snapshots.Machine(blackouts: 120, confidence: confidence));
        Assert.Equal(confidence > 0.99 ? Verdict.Stay : Verdict.Commit, decision.Verdict);
        Assert.Equal(confidence > 0.99 ? null : "direct", explained.Blackout.Method);
    }

    [Fact]
    public void An_impossible_value_is_refused_by_name()
    {
        var snapshot = Snapshots.Machine();
        var bad = snapshot with { Transfer = snapshot.Transfer! with { BytesPerSecond = [1e9, -1] } };
        var e = Assert.Throws<InvalidSnapshotException>(() => SwitchoverEvaluator.Prepare(bad));
        Assert.StartsWith("transfer.bytesPerSecond[1]: must be at least 1", e.Message, StringComparison.Ordinal);
    }

    private static (Decision Decision, ExplainedDecision Explained) Decide(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var decision = evaluator.Decide(evaluator.Moment);
        return (decision, evaluator.Explain(decision, evaluator.Moment));
    }

    private static DecisionSnapshot Throttled(double? floor)
    {
        var snapshot = Snapshots.Machine(ramBytes: 3_000_000_000, limit: 0.4);
        return snapshot with
        {
            Sla = snapshot.Sla! with { DirtyRateFloorBytesPerSecond = floor },
            Ram = snapshot.Ram! with { DirtyWindows = [new(0.1, 0.4e9), new(0.5, 1.8e9), new(2, 5e9), new(10, 9e9)] },
        };
    }

    private static DecisionSnapshot Exact(params DeviceEvidence[] devices) => new()
    {
        Sla = new SlaTerms { BlackoutLimitSeconds = 1 },
        Transfer = new TransferEvidence { FixedSeconds = [0.01], BytesPerSecond = [1e9] },
        Devices = devices,
    };

    private static DeviceEvidence Device(string name, params (string From, string To, double Seconds)[] arcs) => new()
    {
        Name = name,
        Flags = ["STOP_COPY"],
        StateBytes = 0,
        Arcs = [.. arcs.Select(a => new ArcEvidence { From = a.From, To = a.To, Seconds = [a.Seconds] })],
    };

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Pick(Random random, IReadOnlyList<double> values) => values[random.Next(values.Count)];
}
