using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Vfio;

/// <summary>A whole session over two devices of the kernel's VFIO.</summary>
public sealed class VfioMigrationTests
{
    [Fact]
    public async Task A_machine_moves_from_one_kernel_device_to_another_with_every_byte_of_its_state()
    {
        using var from = new FakeHost();
        using var to = new FakeHost();
        using var source = from.Open();
        using var destination = to.Open();
        byte[][] chunks = [[1, 2, 3], [4], [5, 6]];
        foreach (var chunk in chunks)
        {
            from.Kernel.Reads.Enqueue(chunk);
        }

        var result = await MigrationSession.RunAsync(Request(source, destination), new SessionServices(), TestContext.Current.CancellationToken);

        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
        Assert.Equal([1, 2, 3, 4, 5, 6], to.Kernel.Written);
        Assert.Equal(DeviceState.Running, destination.GetState());
        Assert.DoesNotContain(from.Kernel.Targets, t => t == 0);
    }

    [Fact]
    public async Task A_source_whose_stop_arc_fails_runs_again_and_the_destination_took_nothing_over()
    {
        using var from = new FakeHost();
        using var to = new FakeHost();
        using var source = from.Open();
        using var destination = to.Open();
        from.Kernel.OnControl = (_, request, argument) => request == 0x3B75 && argument[6] == 2 && argument.Length > 8 && argument[4] == 2 && argument[8] == 3 ? -5 : null;

        var result = await MigrationSession.RunAsync(Request(source, destination), new SessionServices(), TestContext.Current.CancellationToken);

        Assert.Equal(MigrationOutcome.Recovered, result.Outcome);
        Assert.Equal(DeviceState.Running, source.GetState());
    }

    private static DeviceMigrationRequest Request(IMigrationDevice source, IMigrationDevice destination) => new()
    {
        Machine = "vm1",
        Devices = [new DevicePair("nic0", source, destination)],
        Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30), Confidence = 0.5, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept },
        Mode = MigrationMode.Rehearsal,
    };
}
