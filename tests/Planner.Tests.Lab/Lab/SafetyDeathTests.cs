using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A QEMU that is killed, on either side.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyDeathTests(SafetyLab lab)
{
    private const int Done = 0;
    private const int OverLimit = 4;
    private const int Recovered = 5;
    private const int NeedsPerson = 6;

    // What dies after the last word was heard is not the planner's any more.
    private static readonly TimeSpan UntilNoticed = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(SafetyPhase.Preparing)]
    [InlineData(SafetyPhase.Prepared)]
    [InlineData(SafetyPhase.Bulk)]
    [InlineData(SafetyPhase.Allowed)]
    [InlineData(SafetyPhase.Stopped)]
    public async Task A_destination_that_dies_before_the_handover_leaves_the_guest_on_the_source(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.KillDestination();
        run.Release();

        Assert.True(await run.Planner.EndAsync() == Recovered, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        SafetyRun.AssertSentence(run.Planner.Error, "runs on the source");
    }

    [Fact]
    public async Task A_destination_that_dies_at_the_handover_calls_a_person_who_can_continue_the_source()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.HandingOver);

        run.KillDestination();
        run.Release();

        Assert.True(await run.Planner.EndAsync() == NeedsPerson, run.Planner.ToString());
        SafetyRun.AssertSentence(run.Planner.Error, "if the destination never ran, continue the source", run.DestinationRelay.Path);
        Assert.False(await run.Source.IsRunningAsync());
        await run.AssertOneSideAsync();

        // What it says helps: in this case the destination never ran.
        await run.Source.AskAsync("cont");
        await run.Pair.SourceGuest.WaitForHeartbeatAsync(SafetyRun.HangGuard, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(SafetyPhase.HandedOver)]
    [InlineData(SafetyPhase.Finished)]
    public async Task A_destination_that_dies_after_it_ran_calls_a_person_and_the_old_guest_is_not_woken(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.KillDestination();
        await Task.Delay(UntilNoticed, TestContext.Current.CancellationToken);
        run.Release();

        Assert.True(await run.Planner.EndAsync() == NeedsPerson, run.Planner.ToString());
        SafetyRun.AssertSentence(run.Planner.Error, "start the guest anew from its disks");
        Assert.False(await run.Source.IsRunningAsync());
        await run.AssertOneSideAsync();
    }

    [Theory]
    [InlineData(SafetyPhase.Preparing)]
    [InlineData(SafetyPhase.Bulk)]
    [InlineData(SafetyPhase.Stopped)]
    public async Task A_source_that_dies_before_everything_was_sent_calls_a_person(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.KillSource();
        run.Release();

        Assert.True(await run.Planner.EndAsync() == NeedsPerson, run.Planner.ToString());
        SafetyRun.AssertSentence(run.Planner.Error, run.SourceRelay.Path, "start the guest anew from its disks");
        Assert.Empty(run.Destination.Ran);
    }

    [Theory]
    [InlineData(SafetyPhase.HandingOver)]
    [InlineData(SafetyPhase.HandedOver)]
    [InlineData(SafetyPhase.Finished)]
    public async Task A_source_that_dies_after_everything_was_sent_changes_nothing_for_the_destination(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.KillSource();
        run.Release();

        Assert.True(await run.Planner.EndAsync() is Done or OverLimit, run.Planner.ToString());
        await run.AssertOnDestinationAsync();
    }
}
