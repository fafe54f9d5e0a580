using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Ctrl-C and SIGTERM: before the guest is stopped it stays, after that the migration is brought to its end.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyCancelTests(SafetyLab lab)
{
    private const int Stayed = 3;
    private const int Done = 0;
    private const int OverLimit = 4;

    [Theory]
    [InlineData(SafetyPhase.Opening, PlannerChild.Interrupt)]
    [InlineData(SafetyPhase.Preparing, PlannerChild.Terminate)]
    [InlineData(SafetyPhase.Prepared, PlannerChild.Interrupt)]
    [InlineData(SafetyPhase.Bulk, PlannerChild.Interrupt)]
    [InlineData(SafetyPhase.Bulk, PlannerChild.Terminate)]
    [InlineData(SafetyPhase.Allowed, PlannerChild.Interrupt)]
    public async Task A_migration_that_is_cancelled_before_the_stop_leaves_the_guest_on_the_source(SafetyPhase phase, int signal)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.Planner.Signal(signal);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        run.Release();

        Assert.True(await run.Planner.EndAsync() == Stayed, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        Assert.Contains("ancelled", run.Planner.Output + run.Planner.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("should not have happened", run.Planner.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SafetyPhase.Stopped, PlannerChild.Interrupt)]
    [InlineData(SafetyPhase.Stopped, PlannerChild.Terminate)]
    [InlineData(SafetyPhase.HandingOver, PlannerChild.Interrupt)]
    [InlineData(SafetyPhase.HandedOver, PlannerChild.Terminate)]
    [InlineData(SafetyPhase.Finished, PlannerChild.Interrupt)]
    public async Task A_migration_that_is_cancelled_after_the_stop_is_brought_to_its_end(SafetyPhase phase, int signal)
    {
        await using var run = await SafetyRun.StartAsync(lab, phase);

        run.Planner.Signal(signal);
        run.Planner.Signal(signal);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        run.Release();

        Assert.True(await run.Planner.EndAsync() is Done or OverLimit, run.Planner.ToString());
        await run.AssertOnDestinationAsync();
    }
}
