using Planner.Cli;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>What the guest felt is what was promised: every pause counts, in every ending.</summary>
public sealed class PauseTests : IDisposable
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(900);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-pauses-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_quiesce_that_is_taken_back_after_the_limit_is_a_violation_though_nothing_was_committed()
    {
        var result = await RunAsync(arc => Sleep(arc == new Arc(DeviceState.PreCopy, DeviceState.PreCopyP2P)));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        AssertOver(result, result.Pauses.VainQuiesces, isCutOff: false);
        Assert.Equal(4, MigrationReport.ExitStatusOf(result));
    }

    [Fact]
    public async Task A_commit_that_fails_and_is_unwound_after_the_limit_is_a_violation_where_the_machine_recovers()
    {
        var result = await RunAsync(arc =>
        {
            Sleep(arc.To == DeviceState.RunningP2P);
            return arc.To == DeviceState.StopCopy ? new ArcResult(ArcOutcome.Failed, arc.From, Errno.EIO, TimeSpan.Zero) : null;
        });

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        AssertOver(result, result.Pauses.FailedCommits, isCutOff: true);
        Assert.Equal(4, MigrationReport.ExitStatusOf(result));
    }

    [Fact]
    public async Task A_failed_commit_within_the_limit_is_recovered_and_no_violation()
    {
        var result = await RunAsync(arc => arc.To == DeviceState.StopCopy ? new ArcResult(ArcOutcome.Failed, arc.From, Errno.EIO, TimeSpan.Zero) : null, TimeSpan.FromSeconds(60));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.False(result.IsOverLimit);
        Assert.Equal(5, MigrationReport.ExitStatusOf(result));
        Assert.Equal(result.Blackout, result.Pauses.FailedCommits!.Length);
    }

    [Theory]
    [InlineData(MigrationOutcome.NeedsPerson, true, 6)]
    [InlineData(MigrationOutcome.NeedsPerson, false, 6)]
    [InlineData(MigrationOutcome.CompletedOverLimit, true, 4)]
    [InlineData(MigrationOutcome.Recovered, true, 4)]
    [InlineData(MigrationOutcome.Stayed, true, 4)]
    [InlineData(MigrationOutcome.Recovered, false, 5)]
    [InlineData(MigrationOutcome.Stayed, false, 3)]
    [InlineData(MigrationOutcome.Completed, false, 0)]
    public async Task Where_several_are_true_6_comes_before_4_before_5_before_3(MigrationOutcome outcome, bool isOver, int status)
    {
        var result = await RunAsync(_ => null, TimeSpan.FromSeconds(60));

        Assert.Equal(status, MigrationReport.ExitStatusOf(result with { Outcome = outcome, IsOverLimit = isOver }));
    }

    [Fact]
    public void The_budget_is_charged_with_the_longest_that_a_pause_may_have_been_however_the_attempt_ended()
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(_folder.FullName, "p.db")));
        var pauses = PauseSum.None
            .With(PauseKind.VainQuiesce, GuestPause.Exactly(TimeSpan.FromSeconds(1), "a"))
            .With(PauseKind.FailedCommit, GuestPause.Within(TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromSeconds(0.5), "b"));
        store.Append(new MeasurementBatch
        {
            Attempts = [Ledger.Attempt("m1") with { Outcome = MigrationOutcome.Stayed, Pauses = pauses }],
        });

        Assert.Equal(TimeSpan.FromSeconds(3.5), store.ReadPauseSpent("vm1", DateTimeOffset.MinValue));
    }

    [Fact]
    public void A_blackout_of_0_is_no_evidence_in_a_store()
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(_folder.FullName, "p.db")));
        var sample = new BlackoutSample("c", "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch);
        store.Append(new MeasurementBatch { Attempts = [Ledger.With(sample with { Actual = TimeSpan.Zero }, sample)] });

        Assert.Equal(sample, Assert.Single(store.ReadScores("c", BlackoutSpan.Whole, 10)) with { Origin = null });
    }

    private static void AssertOver(SessionResult result, GuestPause? part, bool isCutOff)
    {
        Assert.True(result.IsOverLimit);
        Assert.True(result.Blackout > Limit, $"{result.Blackout}");
        Assert.Equal(result.Blackout, part!.Length);
        Assert.Equal(result.Blackout, result.Attempt.Pauses.Length);
        Assert.Contains("longer than the limit of 400 ms", result.Reason, StringComparison.Ordinal);

        // It took longer than was predicted, and the next bound has to know.
        var score = Assert.Single(result.Attempt.Scores, b => b.Span == BlackoutSpan.Whole);
        Assert.Equal((result.Blackout, isCutOff), (score.Actual, score.IsCutOff));
    }

    private static ArcResult? Sleep(bool isSlow)
    {
        if (isSlow)
        {
            Thread.Sleep(Slow);
        }

        return null;
    }

    private static async Task<SessionResult> RunAsync(Func<Arc, ArcResult?> onArc, TimeSpan? limit = null)
    {
        using var source = new FakeDevice("fake:source", All, new byte[20_000], 12_000) { OnArc = onArc };
        using var destination = new FakeDevice("fake:destination", All) { ExpectsBytes = 20_000 };
        using var store = KnowingStore.Of(source, destination);
        return await MigrationSession.RunAsync(
            new DeviceMigrationRequest
            {
                Machine = "vm1",
                Devices = [new DevicePair("nic0", source, destination)],
                Policy = new SlaPolicy { Name = "test", BlackoutLimit = limit ?? Limit, Confidence = 0.8, QuiesceTries = 1 },
                Patience = 1,
            },
            new SessionServices { Store = store },
            TestContext.Current.CancellationToken);
    }
}
