using Planner.Documents;
using Planner.Evidence;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>The sum of a guest's pauses in one attempt, by what became of them.</summary>
public sealed class PauseSumTests
{
    private static readonly GuestPause Vague = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), "a");

    [Fact]
    public void Pauses_add_up_with_their_bounds()
    {
        var sum = PauseSum.None.With(PauseKind.VainQuiesce, Vague).With(PauseKind.VainQuiesce, Vague).With(PauseKind.Blackout, Vague with { Basis = "b" });

        Assert.Equal(new GuestPause(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9), "a; b"), sum.Total);
        Assert.Equal(TimeSpan.FromSeconds(4), sum.VainQuiesces!.Length);
        Assert.Null(sum.FailedCommits);
        Assert.Null(PauseSum.None.Total);
    }

    [Theory]
    [InlineData(1.9, true)]
    [InlineData(2.9, true)]
    [InlineData(3, false)]
    public void What_may_have_exceeded_the_limit_has_exceeded_it(double limit, bool isOver)
    {
        var sum = PauseSum.None.With(PauseKind.FailedCommit, Vague);

        Assert.Equal(isOver, sum.Exceeds(TimeSpan.FromSeconds(limit)));
        Assert.Equal(isOver, sum.OverWords(TimeSpan.FromSeconds(limit)).Length > 0);
    }

    [Fact]
    public void A_switchover_that_fails_under_a_hypervisor_is_a_failed_commit()
    {
        var told = new ToldSwitchover();
        told.Ran(1118).Stopped(1122, lastPass: 1120);
        told.Source(1122, new MigrationChanged(HypervisorMigrationStatus.Device) { ReceivedNanoseconds = 0 });
        told.Source(4000, new MigrationChanged(HypervisorMigrationStatus.Failed) { ReceivedNanoseconds = 0 });
        told.Source(4122, new GuestResumed { ReceivedNanoseconds = 0 });

        var pauses = told.State.PausesUntil(9_000_000_000);
        Assert.Equal(3000, pauses.FailedCommits!.Length.TotalMilliseconds, 0.01);
        Assert.Null(pauses.Blackout);
        Assert.True(pauses.Exceeds(told.State.Promise!.Value));
    }

    [Fact]
    public void A_guest_that_still_stands_has_been_paused_until_now()
    {
        var told = new ToldSwitchover();
        told.Ran(1118).Stopped(1122, lastPass: 1120);

        Assert.Equal(1000, told.State.PausesUntil(2_122_500_000).FailedCommits!.Length.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void A_stop_by_somebody_else_is_none_of_ours()
    {
        var told = new ToldSwitchover();
        told.Ran(1118).Stopped(1122, lastPass: 1120).Source(4122, new GuestResumed { ReceivedNanoseconds = 0 });

        Assert.Equal(PauseSum.None, told.State.PausesUntil(9_000_000_000));
    }

    [Fact]
    public void A_blackout_of_0_is_no_evidence_in_memory_or_in_a_snapshot()
    {
        var memory = new EvidenceMemory();
        var sample = new BlackoutSample("c", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.Zero, default);
        var before = memory.View(0.1);
        memory.Add(sample);

        Assert.Same(before, memory.View(0.1));
        var refused = Assert.ThrowsAny<Exception>(() => DecisionJson.ReadSnapshot("""{ "pastBlackouts": [ { "predictedSeconds": 0.2, "actualSeconds": 0 } ] }""", "s"));
        Assert.Contains("actualSeconds", refused.Message, StringComparison.Ordinal);
    }
}
