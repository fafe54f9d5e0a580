using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>The rows of the recovery table that are not tried in every run of the tests: <c>tests/libvirt-lab recovery</c>.</summary>
[Collection(LibvirtCollection.Name)]
[Trait("lab", "libvirt-rows")]
public sealed class LibvirtRecoveryRowsTests(LibvirtLab lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_whose_QEMU_dies_after_the_guest_runs_on_the_destination_is_not_missed()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);
        await run.CalmAsync();
        await LibvirtRun.UntilAsync(async () => await run.Pair.B.StateAsync(LibvirtPair.Domain, Cancellation) == "running");

        try
        {
            run.Pair.A.SignalQemu(LibvirtPair.Domain, "KILL");
        }
        catch (LabException)
        {
            // It had ended by itself.
        }

        Assert.True(await run.EndAsync() is 0 or 4, $"{run.Planner}");
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task A_source_daemon_that_hangs_in_pre_copy_is_waited_for_and_the_migration_goes_on()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        run.Pair.A.SignalDaemon("STOP");
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        run.Pair.A.SignalDaemon("CONT");
        await run.CalmAsync();

        Assert.True(await run.EndAsync() is 0 or 4 or 5, $"{run.Planner}");
        Assert.Contains(await run.WhereAsync(), (string[])["a", "b"]);
    }

    [Fact]
    public async Task An_idle_guest_stops_by_itself_and_it_is_said_what_it_took()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab, "stop");
        run.Start();

        Assert.True(await run.EndAsync() is 0 or 4, $"{run.Planner}");
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task A_partition_in_pre_copy_costs_the_migration_alone()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        await run.Pair.CutAsync(isCut: true, Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        await run.HurryAsync();
        var status = await run.EndAsync();
        await run.Pair.CutAsync(isCut: false, Cancellation);

        Assert.True(status is 3 or 5 or 6, $"{run.Planner}");
        Assert.Equal("a", await run.WhereAsync());
    }
}
