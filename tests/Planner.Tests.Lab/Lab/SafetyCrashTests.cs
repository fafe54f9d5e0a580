using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A command that is killed, as by <c>kill -9</c>, and <c>planner recover</c> after it.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyCrashTests(SafetyLab lab)
{
    [Theory]
    [InlineData(SafetyPhase.Opening)]
    [InlineData(SafetyPhase.Preparing)]
    [InlineData(SafetyPhase.Prepared)]
    [InlineData(SafetyPhase.Bulk)]
    public async Task A_planner_that_is_killed_before_the_permission_leaves_the_guest_on_the_source(SafetyPhase phase)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        await RecoverAfterKillAsync(run, whileHeld: false);

        await run.AssertOnSourceAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_planner_that_is_killed_while_the_stop_is_allowed_leaves_the_guest_on_one_side(bool whileHeld)
    {
        await using var run = await SafetyRun.StartAsync(lab, SafetyPhase.Allowed);

        await RecoverAfterKillAsync(run, whileHeld);

        await run.AssertSomewhereAsync();
    }

    [Theory]
    [InlineData(SafetyPhase.Stopped, false)]
    [InlineData(SafetyPhase.Stopped, true)]
    [InlineData(SafetyPhase.HandingOver, false)]
    [InlineData(SafetyPhase.HandedOver, false)]
    [InlineData(SafetyPhase.Finished, false)]
    public async Task A_planner_that_is_killed_after_the_stop_brings_the_guest_to_the_destination(SafetyPhase phase, bool whileHeld)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        await RecoverAfterKillAsync(run, whileHeld);

        await run.AssertOnDestinationAsync();
    }

    private static async Task RecoverAfterKillAsync(SafetyRun run, bool whileHeld)
    {
        run.Planner.Kill();
        if (!whileHeld)
        {
            run.Release();
        }

        var recovering = run.RecoverAsync();
        if (whileHeld)
        {
            await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
            run.Release();
        }

        var (status, output, error) = await recovering;
        Assert.True(status == 0, $"{output}{error}");

        // What was recovered needs no recovery again.
        var (again, nothing, _) = await run.RecoverAsync();
        Assert.Equal(0, again);
        Assert.Contains("Nothing to recover", nothing, StringComparison.Ordinal);
    }
}
