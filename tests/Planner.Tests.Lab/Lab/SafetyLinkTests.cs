using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A link that dies or stands still, and monitors that stand still.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyLinkTests(SafetyLab lab)
{
    private const int Done = 0;
    private const int Stayed = 3;
    private const int OverLimit = 4;
    private const int Recovered = 5;

    // Longer than pre-copy may be silent, and than a command may take.
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(12);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SafetyPhase.Prepared)]
    [InlineData(SafetyPhase.Bulk)]
    [InlineData(SafetyPhase.Allowed)]
    [InlineData(SafetyPhase.Stopped)]
    public async Task A_link_that_dies_leaves_the_guest_on_the_source(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.Pair.Link.Die();
        run.Release();

        Assert.True(await run.Planner.EndAsync() == Recovered, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        SafetyRun.AssertSentence(run.Planner.Error, "runs on the source");
    }

    [Fact]
    public async Task A_link_that_becomes_slow_in_the_stop_phase_costs_the_limit_and_the_way_back()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Stopped);

        run.Pair.Link.Rate = LinkRate.Steady(0.05);
        run.Pair.Link.Stalled = false;

        Assert.True(await run.Planner.EndAsync() == OverLimit, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        SafetyRun.AssertSentence(run.Planner.Error, "was not sent within 1.30 s", "longer than the limit of 300 ms");
    }

    [Fact]
    public async Task A_link_that_stands_still_in_pre_copy_costs_no_more_than_the_time_that_was_given()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Bulk, within: "6s");

        run.Pair.Link.Stalled = true;

        Assert.True(await run.Planner.EndAsync() == Stayed, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        Assert.Contains("not complete within", run.Planner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_whose_monitor_stands_still_in_pre_copy_is_left_running()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Bulk);

        run.SourceRelay.Stalled = true;
        await Task.Delay(LongSilence, Cancellation);
        run.SourceRelay.Stalled = false;

        Assert.True(await run.Planner.EndAsync() == Recovered, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        SafetyRun.AssertSentence(run.Planner.Error, "The source told nothing that a decision can be made of for", "runs on the source");
    }

    [Fact]
    public async Task A_destination_whose_monitor_stands_still_in_pre_copy_is_not_missed()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Bulk);

        run.DestinationRelay.Stalled = true;
        run.Pair.Link.Rate = LinkRate.Steady(50);
        await run.Source.UntilAsync("MIGRATION", "completed", Cancellation);
        run.DestinationRelay.Stalled = false;

        Assert.True(await run.Planner.EndAsync() is Done or OverLimit, run.Planner.ToString());
        await run.AssertOnDestinationAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_monitor_that_stands_still_in_the_stop_phase_does_not_lose_the_guest(bool isSource)
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Stopped);

        (isSource ? run.SourceRelay : run.DestinationRelay).Stalled = true;
        run.Pair.Link.Stalled = false;
        await run.Source.UntilAsync("MIGRATION", "completed", Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        Assert.Empty(run.Destination.Ran);
        run.Release();

        // All is sent, and nobody could say so within the limit and the way back: then the source takes its guest again, unless the destination was told to run.
        var status = await run.Planner.EndAsync();
        Assert.True(status is Done or OverLimit, run.Planner.ToString());
        await (run.Planner.Error.Contains("runs on the source", StringComparison.Ordinal) ? run.AssertOnSourceAsync() : run.AssertOnDestinationAsync());
    }
}
