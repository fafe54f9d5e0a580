using Planner.Evidence;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>Which machines' evidence carries a decision, and what is said of it.</summary>
public class LikeMachineDecisionTests
{
    private const string Place = "on host pair a-b";

    private static readonly DecisionSnapshot Unseen = Snapshots.Machine(blackouts: 0, limit: 10, confidence: 0.9) with { Place = Place, TermsOfLikeMachines = true };

    [Fact]
    public void With_enough_groups_of_machines_like_it_a_machine_that_was_never_seen_commits_and_the_level_is_named()
    {
        var decided = Explain(Unseen with { PastBlackoutsOfLikeMachines = Groups(12) });

        Assert.Equal(("commit", "direct"), (decided.Verdict, decided.Blackout.Method));
        Assert.Equal(new EvidenceCount(12, 9, "groups of machines like it (class mlx5), a blackout of each") { Commits = 12, Rehearsals = 0 }, decided.Evidence);
        Assert.Contains("widened by what these 12 groups differ", decided.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bound_is_the_order_statistic_of_the_groups()
    {
        var evaluator = SwitchoverEvaluator.Prepare(Unseen with { PastBlackoutsOfLikeMachines = Groups(19) });
        var decision = evaluator.Decide(evaluator.Moment);

        // ceil(20 x 0.9) = 18 of scores 1 to 19.
        Assert.Equal(18 * decision.PredictedSeconds, decision.BoundSeconds, 1e-9);
    }

    [Fact]
    public void With_fewer_groups_it_stays_and_says_how_many_there_are_of_what()
    {
        var decided = Explain(Unseen with { PastBlackoutsOfLikeMachines = Groups(8) });

        Assert.Equal("stay", decided.Verdict);
        Assert.Equal(new EvidenceCount(0, 9, $"blackouts of class mlx5 {Place}") { Commits = 0, Rehearsals = 0 }, decided.Evidence);
        Assert.Contains($"with 0 of the 9 blackouts of class mlx5 {Place} that it needs", decided.Reason, StringComparison.Ordinal);
        Assert.Contains("machines like it are 8 of the 9 groups", decided.Reason, StringComparison.Ordinal);
        Assert.Contains($"9 more blackouts of class mlx5 {Place}", decided.WouldCommitIf);
    }

    [Fact]
    public void However_many_samples_the_class_has_of_every_term_they_carry_no_commit_of_another_machine()
    {
        var known = Snapshots.Machine(samples: 1000, blackouts: 0, limit: 10, confidence: 0.9);
        Assert.Equal(("commit", "union"), (Explain(known).Verdict, Explain(known).Blackout.Method));

        var decided = Explain(known with { TermsOfLikeMachines = true });
        Assert.Equal(("stay", (string?)null), (decided.Verdict, decided.Blackout.Method));
        Assert.Equal(["9 more blackouts of class mlx5"], decided.WouldCommitIf);
    }

    [Fact]
    public void A_machine_with_enough_of_its_own_is_decided_on_these_alone_even_where_others_had_shorter_ones()
    {
        PastBlackout[] own = [.. Enumerable.Repeat(new PastBlackout(1, 3), 9)];
        var decided = Explain(Unseen with { PastBlackouts = own, PastBlackoutsOfLikeMachines = [.. Enumerable.Repeat(new PastBlackout(1, 0.1), 50)] });
        Assert.Equal(new EvidenceCount(9, 9, $"blackouts of class mlx5 {Place}") { Commits = 9, Rehearsals = 0 }, decided.Evidence);
        Assert.Equal(Explain(Unseen with { PastBlackouts = own }).Blackout, decided.Blackout);
    }

    [Fact]
    public void Others_do_not_speak_for_a_machine_whose_own_switchovers_failed()
    {
        PastBlackout[] own = [new PastBlackout(1, 0.1) { CutOff = true }, new PastBlackout(1, 1)];
        var decided = Explain(Unseen with { PastBlackouts = own, PastBlackoutsOfLikeMachines = Groups(50) });

        Assert.Equal("stay", decided.Verdict);
        Assert.Contains("1 of them failed or was given up", decided.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Gate_2_asks_the_groups_for_what_was_left_at_gate_2()
    {
        var quiesced = Unseen with
        {
            Devices = [.. Unseen.Devices.Select(d => d with { State = "PRE_COPY_P2P" })],
            PastBlackoutsOfLikeMachines = Groups(12),
        };
        Assert.Equal("stay", Explain(quiesced).Verdict);
        Assert.Equal("commit", Explain(quiesced with { PastBlackoutsOfLikeMachinesAfterQuiesce = Groups(12) }).Verdict);
    }

    [Theory]
    [InlineData(64L << 20, 8L << 20, null, null, false)]
    [InlineData(64L << 20, 8L << 10, null, null, true)]
    [InlineData(64L << 20, null, 64L << 20, 8L << 10, true)]
    [InlineData(64L << 20, 64L << 20, 64L << 20, 8L << 20, false)]
    [InlineData(1L << 20, 8L << 10, null, null, false)]
    [InlineData(64L << 20, null, 64L << 20, null, false)]
    public void A_state_of_far_more_bytes_than_were_ever_seen_ends_what_the_evidence_says(long expected, long? seen, long? preCopied, long? seenPreCopied, bool ends)
    {
        var snapshot = Snapshots.Machine(blackouts: 150, limit: 10, confidence: 0.9);
        var device = snapshot.Devices[0] with { StateBytes = expected, LargestStateBytes = seen, PreCopiedBytes = preCopied, LargestPreCopiedBytes = seenPreCopied };
        var decided = Explain(snapshot with { Devices = [device] });

        Assert.Equal(ends ? "stay" : "commit", decided.Verdict);
        Assert.Equal(ends, decided.Reason.Contains("says nothing about it", StringComparison.Ordinal));
    }

    private static PastBlackout[] Groups(int count) => [.. Enumerable.Range(1, count).Select(i => new PastBlackout(1, i))];

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
