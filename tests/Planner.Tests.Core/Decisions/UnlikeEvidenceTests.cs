using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>By what a bound is wider where what comes is unlike what is known: on a busy host, and after rehearsals alone.</summary>
public class UnlikeEvidenceTests
{
    private static readonly DecisionSnapshot Known = Snapshots.Machine(blackouts: 0, limit: 10, confidence: 0.9) with { TermsOfLikeMachines = true, PastBlackouts = Commits(30, 1) };
    private static readonly double Usual = Bound(Known);

    [Fact]
    public void On_a_busy_host_a_bound_from_quiet_ones_is_four_times_as_wide_and_says_so()
    {
        var busy = Known with { HostIsBusy = true };

        Assert.Equal(4 * Usual, Bound(busy), 1e-9);
        var decided = Explain(busy);
        Assert.Equal(4, decided.Blackout.WidenedBy);
        Assert.Contains(", 4 times as wide as these make it since the host is busy and 0 of the 9 blackouts of a busy host are known that a bound takes)", decided.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Blackouts_of_a_busy_host_that_were_longer_still_widen_it_to_twice_the_longest()
    {
        Assert.Equal(2 * 9 * Usual, Bound(Known with { HostIsBusy = true, PastBlackoutsOnBusyHost = Commits(3, 9) }), 1e-9);
        Assert.Equal(4 * Usual, Bound(Known with { HostIsBusy = true, PastBlackoutsOnBusyHost = Commits(3, 1.5) }), 1e-9);
    }

    [Fact]
    public void With_enough_blackouts_of_a_busy_host_these_alone_count_there()
    {
        var busy = Known with { HostIsBusy = true, PastBlackoutsOnBusyHost = Commits(9, 3) };

        Assert.Equal(3 * Usual, Bound(busy), 1e-9);
        var decided = Explain(busy);
        Assert.Null(decided.Blackout.WidenedBy);
        Assert.Equal(new EvidenceCount(9, 9, "blackouts of class mlx5 while the host was busy") { Commits = 9, Rehearsals = 0 }, decided.Evidence);
    }

    [Fact]
    public void A_switchover_that_failed_on_a_busy_host_ends_that_quiet_ones_speak_for_it()
    {
        var decided = Explain(Known with { HostIsBusy = true, PastBlackoutsOnBusyHost = [new PastBlackout(1, 0.1) { CutOff = true }] });

        Assert.Equal("stay", decided.Verdict);
        Assert.Contains("1 of them failed or was given up and ranks above all others", decided.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_quiet_host_blackouts_of_a_busy_one_stand_in_while_there_are_too_few_others()
    {
        var quiet = Known with { PastBlackouts = Commits(8, 1), PastBlackoutsOnBusyHost = Commits(9, 3) };

        Assert.Equal(3 * Usual, Bound(quiet), 1e-9);
        Assert.Equal(Usual, Bound(quiet with { PastBlackouts = Commits(9, 1) }), 1e-9);
    }

    [Fact]
    public void Until_five_commits_have_come_a_bound_from_rehearsals_is_half_as_wide_again_and_says_so()
    {
        var rehearsed = Known with { PastBlackouts = [.. Commits(30, 1).Select(b => b with { Rehearsed = true }), .. Commits(4, 1)] };

        Assert.Equal(1.5 * Usual, Bound(rehearsed), 1e-9);
        Assert.Contains("4 commits, 30 rehearsals, 1.5 times as wide as these make it until 5 commits, of which there are 4, have shown that rehearsals speak for them", Explain(rehearsed).Reason, StringComparison.Ordinal);
        Assert.Equal(Usual, Bound(rehearsed with { PastBlackouts = [.. rehearsed.PastBlackouts, .. Commits(1, 1)] }), 1e-9);
    }

    [Fact]
    public void The_miss_probability_at_the_bound_is_what_it_would_be_without_widening()
    {
        var limit = Usual * 1.2;
        var usual = Known with { Sla = Known.Sla! with { BlackoutLimitSeconds = limit } };
        var busy = usual with { HostIsBusy = true, Sla = usual.Sla! with { BlackoutLimitSeconds = 4 * limit } };

        Assert.Equal(Explain(usual).Blackout.MissProbability!.Value, Explain(busy).Blackout.MissProbability!.Value, 1e-9);
    }

    [Fact]
    public void The_memory_keeps_blackouts_of_a_busy_host_apart_whatever_the_link_was()
    {
        var memory = new EvidenceMemory();
        foreach (var (busy, calm) in new (bool?, bool?)[] { (true, true), (true, null), (false, true), (null, false), (null, null) })
        {
            memory.Add(new BlackoutSample("nic", "", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch) { HostWasBusy = busy, WasCalm = calm });
        }

        var view = memory.View(0.1);
        int[] counts = [.. new[] { MomentKind.Usual, MomentKind.Calm, MomentKind.Rough, MomentKind.BusyHost }.Select(kind => view.Blackouts("nic", BlackoutSpan.Whole, kind).Count)];
        Assert.Equal([3, 1, 1, 2], counts);
    }

    private static PastBlackout[] Commits(int count, double score) => [.. Enumerable.Repeat(new PastBlackout(1, score), count)];

    private static double Bound(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Decide(evaluator.Moment).BoundSeconds;
    }

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
