using Planner.Cli;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>What a process does before its first migration goes all the way that a migration goes.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task A_simulated_device_is_migrated()
    {
        var result = await Readiness.ForDevicesAsync();

        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
        Assert.Contains(result.Measurements.Transfers, t => t.Phase == TransferPhase.PreCopy);
    }

    [Fact]
    public async Task An_imaginary_machine_is_migrated()
    {
        var result = await WarmUp.MachinesAsync();

        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
    }

    [Fact]
    public void Quiet_times_overlap_and_end_in_any_order()
    {
        var (first, second) = (QuietTime.Ask(), QuietTime.Ask());
        first.Dispose();
        QuietTime.Ask().Dispose();
        second.Dispose();
    }
}
