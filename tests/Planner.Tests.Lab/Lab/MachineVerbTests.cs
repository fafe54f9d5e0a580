using System.Text.Json;
using Planner.Measurements;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>The verbs that only look at a machine.</summary>
[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class MachineVerbTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Probe_and_watch_show_a_machine_and_its_migration_and_change_nothing()
    {
        await using var run = await HeldRun.StartAsync("ws_64,steady_20");
        using var folder = new TemporaryDirectory();
        var observer = $"qmp:{run.Pair.Source.ObserverPath}";
        var settings = await run.Source.ReadSettingsAsync(Cancellation);

        var probe = await PlannerChild.RunAsync(folder.Path, ["probe", observer, "--windows", "500ms,1s", "--output", "json"]);

        Assert.True(probe.Status == 0, probe.Error);
        using var json = JsonDocument.Parse(probe.Output);
        Assert.StartsWith("QEMU 10", json.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.Equal("pc-i440fx-10.0", json.RootElement.GetProperty("machineType").GetString());
        Assert.Equal(512L << 20, json.RootElement.GetProperty("ramBytes").GetInt64());
        Assert.Equal([0.5, 1], json.RootElement.GetProperty("dirtyWindows").EnumerateArray().Select(w => Math.Round(w.GetProperty("seconds").GetDouble(), 1)));
        Assert.True(json.RootElement.GetProperty("dirtyWindows").EnumerateArray().Last().GetProperty("uniqueBytes").GetInt64() > 1 << 20);
        Assert.Equal(settings, await run.Source.ReadSettingsAsync(Cancellation));

        var watch = PlannerChild.RunAsync(folder.Path, ["watch", observer, "--sla", "gold", "--policy", Policy(folder), "--output", "json"]);
        await run.BeginAsync();
        var during = await run.Source.ReadSettingsAsync(Cancellation);
        await run.UntilShortPassesAsync(8 << 20);
        Assert.Equal(during, await run.Source.ReadSettingsAsync(Cancellation));
        await run.Source.AllowSwitchoverAsync(16 << 20, Cancellation);
        var (status, output, error) = await watch;

        Assert.True(status == 0, error);
        var advice = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("verdict").GetString()).ToList();
        Assert.Equal("stay", advice[0]);
        Assert.Contains("commit", advice);
        Assert.Contains("The migration is over (completed", error, StringComparison.Ordinal);
        Assert.Contains("QEMU counts a blackout of", error, StringComparison.Ordinal);
        Assert.Equal(GuestRunState.Paused, (await run.Destination.ReportAsync(HeldRun.HangGuard, Cancellation)).Guest);
    }

    private static string Policy(TemporaryDirectory folder)
    {
        var path = folder.File("policy.yaml");
        File.WriteAllText(path, SafetyRun.Policy().Replace("name: lab", "name: gold", StringComparison.Ordinal));
        return path;
    }
}
