using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Rows of the recovery table on two real daemons: what dies, when, and that the guest then runs on exactly one host, or that a person is told what to do.</summary>
[Collection(LibvirtCollection.Name)]
[Trait("lab", "libvirt")]
public sealed class LibvirtRecoveryTests(LibvirtLab lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_planner_that_dies_while_it_holds_leaves_a_job_that_recover_ends()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        run.Planner.Kill();
        Assert.Equal("a", await run.WhereAsync());
        var (status, output, error) = await run.RunAsync("recover");

        Assert.True(status == 0, $"{output}{error}");
        Assert.Contains("runs on the source", output, StringComparison.Ordinal);
        Assert.Equal("a", await run.WhereAsync());
        Assert.Null(await run.Pair.B.StateAsync(LibvirtPair.Domain, Cancellation));
        Assert.NotEqual(1, await run.MaxDowntimeAsync());
    }

    [Fact]
    public async Task A_planner_that_dies_after_the_stop_finds_the_guest_on_the_destination()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);
        await run.CalmAsync();
        await run.UntilAsync("past the commit point");

        run.Planner.Kill();
        await LibvirtRun.UntilAsync(async () => await run.Pair.A.StateAsync(LibvirtPair.Domain, Cancellation) is null);
        var (status, output, error) = await run.RunAsync("recover");

        Assert.True(status == 0, $"{output}{error}");
        Assert.Contains("runs on the destination", output, StringComparison.Ordinal);
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task A_destination_whose_QEMU_dies_in_pre_copy_costs_the_migration_alone()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        run.Pair.B.SignalQemu(LibvirtPair.Domain, "KILL");

        var status = await run.EndAsync();
        Assert.True(status == 5, $"{run.Planner}");
        Assert.Equal("a", await run.WhereAsync());
    }

    [Fact]
    public async Task A_source_whose_QEMU_dies_needs_a_person_who_is_told_to_start_it_anew()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        run.Pair.A.SignalQemu(LibvirtPair.Domain, "KILL");
        await LibvirtRun.UntilAsync(async () => await run.Pair.B.StateAsync(LibvirtPair.Domain, Cancellation) is null);
        await run.HurryAsync();

        Assert.Equal(6, await run.EndAsync());
        Assert.Contains("start it anew from its disks", run.Planner.Error, StringComparison.Ordinal);
        Assert.Equal("", await run.WhereAsync());
    }

    [Fact]
    public async Task A_source_daemon_that_dies_in_pre_copy_leaves_the_guest_running_and_recover_says_so_once_it_is_back()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        run.Pair.A.SignalDaemon("KILL");
        await run.HurryAsync();

        Assert.Equal(6, await run.EndAsync());
        Assert.Contains("planner recover", run.Planner.Error, StringComparison.Ordinal);
        Assert.Equal("a", await run.WhereAsync());
        await run.Pair.A.StartDaemonAsync(Cancellation);
        var (status, output, error) = await run.RunAsync("recover");
        Assert.True(status == 0, $"{output}{error}");
        Assert.Equal("a", await run.WhereAsync());
    }

    [Fact]
    public async Task A_destination_daemon_that_dies_before_the_guest_runs_there_gives_it_back_to_the_source()
    {
        await using var run = await StandsBeforeHandoverAsync();

        run.Pair.B.SignalDaemon("KILL");
        await LibvirtRun.UntilAsync(() => Task.FromResult(run.Guest.IsRunning));
        await run.Pair.B.StartDaemonAsync(Cancellation);

        var status = await run.EndAsync();
        Assert.True(status is 4 or 5, $"{run.Planner}");
        Assert.Equal("a", await run.WhereAsync());
    }

    [Fact]
    public async Task A_source_daemon_that_dies_during_the_handover_leaves_a_copy_that_recover_ends()
    {
        await using var run = await StandsBeforeHandoverAsync();

        // The destination's daemon has the order to let it run, and nobody hears its answer.
        run.Pair.A.SignalDaemon("KILL");
        run.Pair.B.SignalDaemon("CONT");
        await run.HurryAsync();

        Assert.Equal(6, await run.EndAsync());
        Assert.Contains("planner recover", run.Planner.Error, StringComparison.Ordinal);
        await run.Pair.A.StartDaemonAsync(Cancellation);
        Assert.Equal("paused", await run.Pair.A.StateAsync(LibvirtPair.Domain, Cancellation));
        var (status, output, error) = await run.RunAsync("recover");
        Assert.True(status == 0, $"{output}{error}");
        Assert.Contains("runs on the destination", output, StringComparison.Ordinal);
        Assert.Null(await run.Pair.A.StateAsync(LibvirtPair.Domain, Cancellation));
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task A_source_daemon_that_dies_after_the_guest_runs_on_the_destination_leaves_no_copy_once_recover_has_run()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);
        await run.CalmAsync();
        await LibvirtRun.UntilAsync(async () => await run.Pair.B.StateAsync(LibvirtPair.Domain, Cancellation) == "running");

        run.Pair.A.SignalDaemon("KILL");
        await run.HurryAsync();

        Assert.Equal(6, await run.EndAsync());
        Assert.Contains("never resume it", run.Planner.Error, StringComparison.Ordinal);
        await run.Pair.A.StartDaemonAsync(Cancellation);
        var (status, output, error) = await run.RunAsync("recover");
        Assert.True(status == 0, $"{output}{error}");
        Assert.Null(await run.Pair.A.StateAsync(LibvirtPair.Domain, Cancellation));
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task Two_running_guests_after_a_partition_in_the_handover_are_seen_and_nothing_is_chosen()
    {
        await using var run = await StandsBeforeHandoverAsync();

        // The answer that the guest runs goes nowhere, and the source's daemon takes the destination for dead.
        await run.Pair.B.RunAsync(["ip", "route", "add", "blackhole", $"{run.Pair.A.NetworkAddress}/32"], Cancellation);
        try
        {
            run.Pair.B.SignalDaemon("CONT");

            Assert.Equal(6, await run.EndAsync());
            Assert.Contains("runs on both hosts", run.Planner.Error, StringComparison.Ordinal);
            Assert.Equal("a and b", await run.WhereAsync());
        }
        finally
        {
            await run.Pair.B.RunAsync(["ip", "route", "del", "blackhole", $"{run.Pair.A.NetworkAddress}/32"], Cancellation);
        }
    }

    /// <summary>Everything was sent, and the destination's daemon hangs, so that it does not let the guest run.</summary>
    private async Task<LibvirtRun> StandsBeforeHandoverAsync()
    {
        var run = await LibvirtRun.HeldAsync(lab);
        try
        {
            run.Pair.B.SignalDaemon("STOP");
            await run.CalmAsync();
            await run.UntilAsync("past the commit point");
            await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }
}
