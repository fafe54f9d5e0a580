using System.Text.Json;
using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Migrations between two real libvirt daemons: looked at, committed, refused and given up.</summary>
[Collection(LibvirtCollection.Name)]
[Trait("lab", "libvirt")]
public sealed class LibvirtMigrationTests(LibvirtLab lab)
{
    [Fact]
    public async Task A_guest_is_held_and_then_migrated_within_its_limit()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab);
        run.Start("--output", "json");
        await run.CalmAsync();

        var status = await run.EndAsync();

        Assert.True(status == 0, $"{run.Planner}");
        using var json = JsonDocument.Parse(run.Planner.Output);
        Assert.InRange(json.RootElement.GetProperty("blackoutSeconds").GetDouble(), 0.005, 0.3);
        Assert.Contains("manager counts", json.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task Under_TLS_and_over_parallel_connections_a_guest_migrates_on_evidence_of_its_own()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab);
        run.Start("--tls-creds", "libvirt", "--channels", "2", "--output", "json");
        await run.CalmAsync();

        var status = await run.EndAsync();

        Assert.True(status == 0, $"{run.Planner}");
        using var json = JsonDocument.Parse(run.Planner.Output);
        Assert.Contains("/tls/parallel-2 ", json.RootElement.GetProperty("decision").GetProperty("evidence").GetProperty("of").GetString(), StringComparison.Ordinal);
        Assert.Equal("b", await run.WhereAsync());
    }

    [Fact]
    public async Task A_canary_is_rehearsed_there_and_back()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab, "ws_32,steady_2");

        var (status, output, error) = await run.RunAsync(
            "measure", run.Source, "--to", run.Destination, "--channel", run.Pair.B.PeerUri, "--channel-back", run.Pair.A.PeerUri, "--rounds", "2", "--output", "json");

        Assert.True(status == 0, error);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("rounds").GetInt32());
        using var guest = new LabGuest(run.Pair.A.ControlPath(LibvirtPair.Domain));
        await guest.WaitForHeartbeatAsync(LibvirtRun.HangGuard, TestContext.Current.CancellationToken);
        Assert.Null(await run.Pair.B.StateAsync(LibvirtPair.Domain, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_guest_that_never_fits_stays_and_everything_is_put_back_on_an_interrupt()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab);
        var before = await run.MaxDowntimeAsync();
        run.Start();
        await run.UntilAsync("gate 1: ");

        run.Planner.Signal(PlannerChild.Interrupt);

        Assert.Equal(3, await run.EndAsync());
        Assert.Equal("a", await run.WhereAsync());
        Assert.Equal(before, await run.MaxDowntimeAsync());
    }

    [Fact]
    public async Task Probe_and_a_second_migration_see_a_migration_and_leave_it_alone()
    {
        await using var run = await LibvirtRun.HeldAsync(lab);

        var probe = await run.RunAsync("probe", run.Source, "--output", "json");
        var second = await run.RunAsync("migrate", run.Source, run.Destination, "--sla", "lab", "--policy", run.Policy());

        Assert.True(probe.Status == 0, probe.Error);
        using var json = JsonDocument.Parse(probe.Output);
        Assert.StartsWith("libvirt 11.3.0 with QEMU 10", json.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.Equal("pc-i440fx-10.0", json.RootElement.GetProperty("machineType").GetString());
        Assert.Equal(128L << 20, json.RootElement.GetProperty("ramBytes").GetInt64());
        Assert.NotEqual(0, second.Status);
        Assert.False(run.Planner.HasExited);
        run.Planner.Signal(PlannerChild.Interrupt);
        Assert.Equal(3, await run.EndAsync());
    }
}
