using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>Devices that tell little or fall back: what is said of them, and where they are left.</summary>
public sealed class OddDeviceTests : IDisposable
{
    private readonly DeviceProcesses _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_device_that_tells_no_size_has_an_unknown_one_until_rehearsals_have_shown_it()
    {
        var (source, destination) = await PairAsync("");

        var before = await MigrateAsync(source, destination);
        Assert.Equal(3, before.Status);
        var stayed = JsonDocument.Parse(before.Output).RootElement;
        Assert.Contains("state size unknown", stayed.Text("reason"), StringComparison.Ordinal);
        Assert.True(StateOf(stayed).IsNull("p50Seconds"));

        Assert.Equal(0, (await RunAsync("measure", source, "--to", destination, "--rounds", "4")).Status);
        var after = await MigrateAsync(source, destination);

        Assert.True(after.Status == 0, after.ToString());
        Assert.True(StateOf(JsonDocument.Parse(after.Output).RootElement).Number("p50Seconds") > 0);
    }

    [Fact]
    public async Task A_device_that_falls_back_to_RUNNING_when_it_is_quiesced_is_named_with_its_error_and_both_sides_run()
    {
        var (source, destination) = await PairAsync("");
        Assert.Equal(0, (await RunAsync("measure", source, "--to", destination, "--rounds", "4")).Status);
        var (falling, other) = await PairAsync("  faults: [ { arc: PRE_COPY->PRE_COPY_P2P, errno: EINVAL, probability: 1.0, leavesState: RUNNING } ]");

        var result = await MigrateAsync(falling, other);

        Assert.True(result.Status == 5, result.ToString());
        Assert.Contains("failed in PRE_COPY->PRE_COPY_P2P with EINVAL", Assert.Single(result.ErrorLines, l => l.StartsWith("planner: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(("RUNNING", "RUNNING"), (await StateAsync(falling), await StateAsync(other)));
    }

    private static JsonElement StateOf(JsonElement report) => report.GetProperty("terms").EnumerateArray().Single(t => t.Text("term") == "transfer state");

    private async Task<(string Source, string Destination)> PairAsync(string faults)
    {
        var name = $"odd{Guid.NewGuid():N}"[..10];
        var profile = _devices.Write(
            $"{name}.yaml",
            $$"""
            apiVersion: planner/v1
            kind: DeviceProfile
            metadata: { name: odd, class: sim/odd/1.0 }
            spec:
              flags: [STOP_COPY, P2P, PRE_COPY]
              commitArc: RUNNING_P2P->STOP
              arcs:
                default: { median: 1ms, p99: 3ms }
              state: { bytes: 4MiB }
              read: { rate: 1GiB/s }
              preCopy: { initial: 2MiB, dirtyRate: 1MiB/s, dirtyCap: 1MiB, reinit: 0.0 }
              dataSize: { offered: false }
            {{faults}}
            """);
        return (await _devices.StartAsync(profile, $"{name}a", 1, TestContext.Current.CancellationToken), await _devices.StartAsync(profile, $"{name}b", 2, TestContext.Current.CancellationToken));
    }

    private Task<PlannerProcess.Result> MigrateAsync(string source, string destination) => RunAsync(
        "migrate", source, destination, "--sla", "wide", "--output", "json", "--policy",
        _devices.Write("policy.yaml", "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: wide }\nspec: { blackout: { limit: 60s, confidence: 0.9 }, whenEvidenceIsInsufficient: accept }\n"));

    private static async Task<string?> StateAsync(string address) =>
        JsonDocument.Parse((await PlannerHere.RunAsync("probe", address, "--output", "json")).Output).RootElement.Text("state");

    private Task<PlannerProcess.Result> RunAsync(params string[] arguments) =>
        PlannerProcess.RunAsync(arguments, stateHome: _devices.StateHome, cancel: TestContext.Current.CancellationToken);
}
