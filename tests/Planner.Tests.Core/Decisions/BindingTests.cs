using CsCheck;
using Planner.Documents;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>What the bound was held against is named, with figures that can be told apart and followed.</summary>
public sealed class BindingTests
{
    [Theory]
    [InlineData(null, null, "limit", "exceeds the limit of ")]
    [InlineData(0.03, null, "errorBudget", "exceeds what is left of the error budget, 30.0 ms")]
    [InlineData(null, 10.0, "limit", "exceeds the limit of ")]
    [InlineData(0.03, 10.0, "errorBudget", "exceeds what is left of the error budget, 30.0 ms")]
    public void The_tightest_promise_is_named(double? budget, double? within, string binding, string said)
    {
        var explained = Explain(Snapshots.Machine(limit: 0.05) is var machine
            ? machine with { Sla = machine.Sla! with { ErrorBudgetRemainingSeconds = budget, CompleteWithinSeconds = within } }
            : machine);

        Assert.Equal("stay", explained.Verdict);
        Assert.Equal(binding, explained.Binding);
        Assert.Contains(said, explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_of_the_time_to_complete_in_binds_where_it_is_shortest()
    {
        // With memory to send, the time left is enough for the devices alone and not for what is still to be sent.
        var machine = Snapshots.Machine(limit: 10, ramBytes: 4_000_000_000);
        var devices = Explain(machine with { Ram = machine.Ram! with { RemainingBytes = 0 } }).Blackout.BoundSeconds!.Value;
        var explained = Explain(machine with { PastBlackouts = [], PastBlackoutsAfterQuiesce = [], Sla = machine.Sla! with { CompleteWithinSeconds = 600, ElapsedSeconds = 600 - (4 * devices), WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept } });

        Assert.Equal("stay", explained.Verdict);
        Assert.Equal("completeWithin", explained.Binding);
        Assert.Contains("exceeds what is left of the 10.0 min to complete in, ", explained.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("error budget", explained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_is_just_over_is_told_from_its_limit_and_the_advice_can_be_followed()
    {
        var machine = Snapshots.Machine();
        var late = machine with { Sla = machine.Sla! with { CompleteWithinSeconds = 600, ElapsedSeconds = 601 } };

        var explained = Explain(late);

        Assert.Equal("abort", explained.Verdict);
        Assert.Equal("completeWithin", explained.Binding);
        Assert.StartsWith("Abort: 10.02 min have passed of the 10.00 min to complete in", explained.Reason, StringComparison.Ordinal);
        Assert.Equal("commit", Explain(WouldCommitIf.Apply(late, Assert.Single(explained.WouldCommitIf, c => c.StartsWith("complete within", StringComparison.Ordinal)))!).Verdict);
    }

    [Fact]
    public void A_commit_names_what_its_bound_was_held_against_and_nothing_binds_where_nothing_is_promised()
    {
        Assert.Equal(("commit", "limit"), (Explain(Snapshots.Machine(limit: 60)).Verdict, Explain(Snapshots.Machine(limit: 60)).Binding));
        Assert.Null(Explain(Snapshots.Machine() with { Sla = null }).Binding);
    }

    [Fact]
    public void No_part_exceeds_its_whole() => Snapshots.Any.Sample(
        snapshot =>
        {
            var explained = Explain(snapshot);
            return explained.Terms.All(t => !(t.P50Seconds > explained.Blackout.P50Seconds) && !(t.BoundSeconds > explained.Blackout.BoundSeconds));
        },
        iter: 200);

    [Fact]
    public void A_size_that_is_not_known_is_no_transfer_of_0_ms()
    {
        var machine = Snapshots.Machine(devices: 2);
        var explained = Explain(machine with { Devices = [machine.Devices[0], machine.Devices[1] with { StateBytes = null }], Ram = new RamEvidence() });

        Assert.Contains("state size unknown", explained.Reason, StringComparison.Ordinal);
        Assert.All(explained.Terms.Where(t => t.Term == "transfer ram" || t is { Term: "transfer state", Device: "nic1" }), t => Assert.Equal((null, null), (t.P50Seconds, t.BoundSeconds)));
        Assert.NotNull(explained.Terms.Single(t => t is { Term: "transfer state", Device: "nic0" }).P50Seconds);
    }

    [Fact]
    public void Sums_are_limited_where_values_are()
    {
        var text = $"{{\"devices\":[{string.Join(',', Enumerable.Range(0, 9).Select(i => $"{{\"name\":\"d{i}\",\"flags\":[\"STOP_COPY\"],\"stateBytes\":{1L << 60}}}"))}]}}";

        var e = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot(text, "stdin"));

        Assert.StartsWith("stdin:1:", e.Message, StringComparison.Ordinal);
        Assert.Contains("devices[1].stateBytes: the devices up to this one have more than 1152921504606846976 bytes of state, and all together may have that at the most", e.Message, StringComparison.Ordinal);
    }

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
