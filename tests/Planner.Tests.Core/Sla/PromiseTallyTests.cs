using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Sla;

/// <summary>How a promise was kept, from the ledger alone.</summary>
public sealed class PromiseTallyTests
{
    private static readonly PauseSum Long = PauseSum.None.With(PauseKind.FailedCommit, GuestPause.Exactly(TimeSpan.FromSeconds(3), "a clock"));

    [Fact]
    public void A_violation_is_a_pause_longer_than_the_limit_whatever_the_outcome_and_without_a_pause_an_attempt_is_in_no_share()
    {
        var tally = Assert.Single(PromiseTally.Count(
        [
            Ledger.Attempt("kept"),
            Ledger.Attempt("over", pausedSeconds: 0.31) with { Outcome = MigrationOutcome.CompletedOverLimit },
            Ledger.Attempt("failed") with { Outcome = MigrationOutcome.Recovered, Pauses = Long },
            Ledger.Attempt("person") with { Outcome = MigrationOutcome.NeedsPerson, Pauses = Long },
            Ledger.Attempt("stayed after a quiesce") with { Outcome = MigrationOutcome.Stayed },
            Ledger.Attempt("stayed", pausedSeconds: 0) with { Outcome = MigrationOutcome.Stayed },
        ]));

        Assert.Equal(("gold", 6, 5, 3), (tally.Name, tally.Attempts, tally.Paused, tally.Violations));
        Assert.Equal(0.6, tally.Share!.Value, 12);
        Assert.Equal(0.01, tally.AllowedMisses!.Value, 12);

        // Clopper and Pearson for 3 of 5.
        Assert.Equal(0.1466, tally.Interval.Low, 1e-4);
        Assert.Equal(0.9473, tally.Interval.High, 1e-4);
    }

    [Fact]
    public void A_pause_that_may_have_been_longer_than_the_limit_is_a_violation()
    {
        var unsure = PauseSum.None.With(PauseKind.Blackout, GuestPause.Within(TimeSpan.FromSeconds(0.29), TimeSpan.Zero, TimeSpan.FromSeconds(0.02), "two clocks"));

        Assert.Equal(1, Assert.Single(PromiseTally.Count([Ledger.Attempt("a") with { Pauses = unsure }])).Violations);
    }

    [Fact]
    public void Rehearsals_and_shadow_runs_promise_nothing_and_a_recovery_does()
    {
        var tally = Assert.Single(PromiseTally.Count(
        [
            Ledger.Attempt("r") with { Kind = AttemptKind.Rehearsal, Pauses = Long },
            Ledger.Attempt("s") with { Kind = AttemptKind.Shadow, Pauses = Long },
            Ledger.Attempt("c") with { Kind = AttemptKind.Recovery, Pauses = Long },
        ]));

        Assert.Equal((1, 1, 1), (tally.Attempts, tally.Paused, tally.Violations));
    }

    [Fact]
    public void A_machine_that_always_misses_is_named_beside_a_class_that_keeps_its_share()
    {
        var tally = Assert.Single(PromiseTally.Count(
        [
            .. Enumerable.Range(0, 400).Select(i => Ledger.Attempt($"k{i}") with { Machine = $"vm{i % 40}" }),
            .. Enumerable.Range(0, 4).Select(i => Ledger.Attempt($"m{i}") with { Machine = "always", Pauses = Long }),
            Ledger.Attempt("once") with { Machine = "vm3", Pauses = Long },
        ]));

        Assert.True(tally.Share < 0.02);
        Assert.Equal([("always", 4, 4), ("vm3", 1, 11)], tally.Machines.Select(m => (m.Name, m.Violations, m.Paused)));
    }

    [Fact]
    public void Classes_are_counted_apart()
    {
        var tallies = PromiseTally.Count([Ledger.Attempt("a"), Ledger.Attempt("b") with { SlaClass = "bronze" }, Ledger.Attempt("c") with { SlaClass = "" }]);

        Assert.Equal(["bronze", "gold"], tallies.Select(t => t.Name));
    }
}
