using Xunit;

namespace Planner.Tests.Lab;

/// <summary>What the guest itself does in the middle of a migration: it shuts down, or reboots.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class GuestsOwnWillTests(SafetyLab lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guest_that_shuts_down_in_pre_copy_is_not_called_lost_and_nobody_is_asked_for()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Bulk);

        await run.Pair.SourceGuest.CommandAsync("off", Cancellation);

        Assert.True(await run.Planner.EndAsync() == 5, run.Planner.ToString());
        Assert.Contains("has shut itself down during the migration (guest-shutdown)", run.Planner.Error, StringComparison.Ordinal);
        Assert.True(run.Pair.Source.HasExited);
        Assert.Empty(run.Destination.Ran);
    }

    [Fact]
    public async Task A_guest_that_reboots_in_pre_copy_is_migrated_all_the_same()
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Bulk);

        await run.Pair.SourceGuest.CommandAsync("again", Cancellation);
        await run.Source.UntilAsync("RESET", cancel: Cancellation);
        run.Release();

        Assert.True(await run.Planner.EndAsync() is 0 or 4, run.Planner.ToString());

        // Its heartbeats begin anew where it comes up again.
        Assert.False(await run.Source.IsRunningAsync());
        Assert.True(await run.Destination.IsRunningAsync());
        await run.Pair.DestinationGuest.WaitForHeartbeatAsync(SafetyRun.HangGuard, Cancellation);
    }
}
