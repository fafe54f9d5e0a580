using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>The main job as a user runs it: devices in processes of their own, the command beside them.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly DeviceProcesses _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task Without_evidence_the_machine_stays_and_the_command_says_how_much_is_missing()
    {
        var (source, destination) = await PairAsync("fast-nic");

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--output", "json", "--policy", Policy(limit: "300ms", within: "3s")]);

        Assert.Equal(3, result.Status);
        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("stayed", report.GetProperty("outcome").GetString());
        var evidence = report.GetProperty("decision").GetProperty("evidence");
        Assert.True(evidence.GetProperty("have").GetInt32() < evidence.GetProperty("need").GetInt32());
        Assert.Equal(0, report.Number("pausedSeconds"));
        Assert.True(report.IsNull("blackoutSeconds"));
        Assert.Equal("RUNNING", await StateAsync(source));
    }

    [Fact]
    public async Task Yesterdays_rehearsals_carry_todays_commit()
    {
        var (source, destination) = await PairAsync("fast-nic");
        var measured = await RunAsync(["measure", source, "--to", destination, "--rounds", "110", "--output", "json"]);
        Assert.True(measured.Status == 0, measured.ToString());
        Assert.Equal("RUNNING", await StateAsync(source));

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--output", "json", "--policy", Policy(limit: "60s", within: "10m")]);

        Assert.True(result.Status == 0, result.ToString());
        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("completed", report.GetProperty("outcome").GetString());
        Assert.Equal("direct", report.GetProperty("decision").GetProperty("blackout").GetProperty("method").GetString());
        Assert.Equal("RUNNING", await StateAsync(destination));
        Assert.Equal("STOP", await StateAsync(source));
    }

    [Fact]
    public async Task A_shadow_migration_decides_and_commits_nothing()
    {
        var (source, destination) = await PairAsync("fast-nic");

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--shadow", "--policy", Policy(limit: "5s", within: "1m", insufficient: "accept")]);

        Assert.Equal(3, result.Status);
        Assert.Equal("RUNNING", await StateAsync(source));
    }

    [Fact]
    public async Task A_class_may_accept_the_model_and_the_recording_holds_every_arc()
    {
        var (source, destination) = await PairAsync("fast-nic");
        await RunAsync(["measure", source, "--to", destination, "--rounds", "4"]);
        var recording = _devices.PathOf("trace.jsonl");

        var result = await RunAsync(
            ["migrate", source, destination, "--sla", "gold", "--record", recording, "--policy", Policy(limit: "60s", within: "10m", insufficient: "accept", confidence: "0.9")]);

        Assert.True(result.Status == 0, result.ToString());
        var lines = await File.ReadAllLinesAsync(recording, TestContext.Current.CancellationToken);
        var arcs = lines.Select(l => JsonDocument.Parse(l).RootElement).Where(e => e.TryGetProperty("from", out _)).ToList();
        Assert.Contains(arcs, a => a.GetProperty("to").GetString() == "STOP_COPY" && a.GetProperty("outcome").GetString() == "ok" && a.GetProperty("seconds").GetDouble() > 0);

        var replayed = await PlannerHere.RunJsonAsync("replay", recording, "--rule", "earliest", "--limit", "60s");
        Assert.Equal(arcs.Count(a => a.GetProperty("outcome").GetString() == "ok"), replayed.Where(o => o.Text("kind") == "arc-series").Sum(o => o.Number("samples")));

        // What was recorded is tried under another limit, from what the session knew.
        var trace = replayed[0];
        Assert.Equal(("trace", "committed", "measured", false), (trace.Text("kind"), trace.Text("verdict"), trace.Text("blackoutFrom"), trace.GetProperty("violated").GetBoolean()));
        var ended = lines.Select(l => JsonDocument.Parse(l).RootElement).Single(e => e.TryGetProperty("ended", out _)).GetProperty("ended");
        Assert.Equal(ended.Number("pausedSeconds"), trace.Number("blackoutSeconds"));
        Assert.Equal("stayed", (await PlannerHere.RunJsonAsync("replay", recording, "--rule", "earliest", "--limit", "1ms"))[0].Text("verdict"));
        Assert.Equal("committed", (await PlannerHere.RunJsonAsync("replay", recording, "--rule", "oracle", "--limit", "60s"))[0].Text("verdict"));
        Assert.Equal("stayed", (await PlannerHere.RunJsonAsync("replay", recording, "--rule", "oracle", "--limit", "1ms"))[0].Text("verdict"));
    }

    [Fact]
    public async Task Ctrl_C_before_the_commit_leaves_the_machine_running_on_the_source()
    {
        var (source, destination) = await PairAsync("fast-nic");
        using var process = PlannerProcess.Start(["migrate", source, destination, "--sla", "gold", "--policy", Policy(limit: "300ms", within: "10m")], _devices.StateHome);
        // The first line tells that the devices are being prepared: from here on there is something to take back.
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        PlannerProcess.Interrupt(process);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, process.ExitCode);
        Assert.Equal("RUNNING", await StateAsync(source));
        Assert.Equal("RUNNING", await StateAsync(destination));
    }

    [Fact]
    public async Task A_killed_planner_leaves_no_device_stopped_once_recover_has_run()
    {
        var slow = _devices.Write("slow.yaml", SlowProfile);
        var (source, destination) = await PairAsync(slow);
        // 400 ms arcs: the kills fall before, in and after the blackout.
        foreach (var delayMilliseconds in new[] { 300, 900, 1500, 2100, 2700 })
        {
            using var process = PlannerProcess.Start(
                ["migrate", source, destination, "--sla", "gold", "--policy", Policy(limit: "60s", within: "10m", insufficient: "worstCase")], _devices.StateHome);
            await Task.Delay(delayMilliseconds, TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            var recovered = await RunAsync(["recover", "--output", "json"]);

            Assert.True(recovered.Status == 0, recovered.ToString());
            var (sourceState, destinationState) = (await StateAsync(source), await StateAsync(destination));
            Assert.True(sourceState == "RUNNING" || (sourceState == "STOP" && destinationState == "RUNNING"), $"after {delayMilliseconds} ms: {sourceState}, {destinationState}");
            if (sourceState == "STOP")
            {
                (source, destination) = (destination, source);
            }
        }

        Assert.Contains("Nothing to recover", (await RunAsync(["recover"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_that_cannot_be_written_does_not_hide_what_became_of_the_machine()
    {
        var source = await _devices.StartAsync("fast-nic", "full-a", 1, TestContext.Current.CancellationToken);
        var destination = await _devices.StartAsync("fast-nic", "full-b", 2, TestContext.Current.CancellationToken);

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--shadow", "--record", "/dev/full"]);

        Assert.Equal(3, result.Status);
        Assert.Contains("recording is incomplete", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_rehearsal_is_recovered_and_until_then_its_devices_are_refused()
    {
        var (source, destination) = await PairAsync(_devices.Write("slow.yaml", SlowProfile));
        var journals = Path.Combine(_devices.StateHome, "planner", "journals");
        do
        {
            using var process = PlannerProcess.Start(["measure", source, "--to", destination, "--rounds", "1000"], _devices.StateHome);
            while (!IsUnderWay())
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            await Task.Delay(600, TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        while (!IsUnderWay()); // Between two rounds there is nothing to recover.

        var refused = await RunAsync(["migrate", source, destination, "--sla", "gold"]);
        Assert.Equal(3, refused.Status);
        Assert.Contains("planner recover", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(["recover"])).Status);
        Assert.Contains("RUNNING", new[] { await StateAsync(source), await StateAsync(destination) });

        bool IsUnderWay() => Directory.Exists(journals) && Directory.GetFiles(journals).Length > 0;
    }

    [Fact]
    public async Task A_closed_window_is_told_in_JSON_too()
    {
        var policy = _devices.Write(
            "never.yaml",
            "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: never }\nspec: { blackout: { limit: 1s }, maintenanceWindows: [ { cron: \"0 0 0 1 1 ? 2099\", for: 1h } ] }\n");

        var result = await PlannerHere.RunAsync("migrate", "sim:fast-nic", "sim:fast-nic", "--sla", "never", "--policy", policy, "--machine", "vm1", "--output", "json");

        Assert.Equal(3, result.Status);
        var report = Assert.Single(PlannerHere.Objects(result.Output));
        Assert.Equal(("stayed", "vm1", "never", 1.0, 0.0), (report.Text("outcome"), report.Text("machine"), report.Text("sla"), report.Number("limitSeconds"), report.Number("pausedSeconds")));
        Assert.Contains("2099-01-01", report.Text("reason"), StringComparison.Ordinal);
        Assert.True(report.IsNull("attemptId"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(4)]
    public async Task So_many_switchovers_are_rehearsed_as_were_asked_for_and_the_machine_is_home(int rounds)
    {
        var (source, destination) = await PairAsync("fast-nic");
        var store = _devices.PathOf($"rounds-{rounds}.db");

        var measured = Assert.Single(await PlannerHere.RunJsonAsync("measure", source, "--to", destination, "--rounds", $"{rounds}", "--store", store));

        Assert.Equal(rounds, measured.Number("rounds"));
        using var kept = Planner.Storage.SqlMeasurementStore.Open(Planner.Storage.StoreAddress.Parse(store));
        Assert.Equal(rounds, kept.ReadTransfers("sim/fast-nic/1.0->sim/fast-nic/1.0", Planner.Measurements.TransferPhase.StopCopy, 100).Count);
        Assert.Equal("RUNNING", Assert.Single(await PlannerHere.RunJsonAsync("probe", source)).Text("state"));
    }

    [Fact]
    public async Task A_device_without_migration_is_refused_with_status_7()
    {
        var path = _devices.PathOf("none");
        using var server = PlannerProcess.Start(["device", "fast-nic", "--listen", path, "--behaviour", "rust-vmm"]);
        await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        var result = await RunAsync(["probe", $"vfio-user:{path}"]);
        server.Kill();

        Assert.Equal(7, result.Status);
        Assert.Single(result.ErrorLines);
    }

    [Fact]
    public async Task Measure_prints_every_arc_and_leaves_the_device_running()
    {
        var source = await _devices.StartAsync("fast-nic", "m", 7, TestContext.Current.CancellationToken);

        var result = await RunAsync(["measure", source, "--rounds", "5", "--output", "json"]);

        Assert.Equal(0, result.Status);
        var arcs = JsonDocument.Parse(result.Output).RootElement.GetProperty("arcs").EnumerateArray().ToList();
        Assert.Contains(arcs, a => a.GetProperty("from").GetString() == "RESUMING" && a.GetProperty("samples").GetInt32() == 5);
        Assert.All(arcs, a => Assert.Equal(JsonValueKind.Null, a.GetProperty("p99BoundSeconds").ValueKind));
        Assert.Equal("RUNNING", await StateAsync(source));
    }

    private const string SlowProfile =
        """
        apiVersion: planner/v1
        kind: DeviceProfile
        metadata: { name: slow, class: sim/slow/1.0 }
        spec:
          flags: [STOP_COPY, P2P]
          commitArc: RUNNING_P2P->STOP
          arcs:
            default: { median: 300ms, p99: 301ms, worst: 400ms }
          state: { bytes: 1MiB }
          dataSize: { offered: true, meaning: total }
          arcLatencyReport: { offered: true }
        """;

    private string Policy(string limit, string within, string insufficient = "stay", string confidence = "0.99") => _devices.Write(
        $"policy-{Guid.NewGuid():N}.yaml",
        $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: gold }
        spec:
          blackout: { limit: {{limit}}, confidence: {{confidence}} }
          completeWithin: {{within}}
          whenEvidenceIsInsufficient: {{insufficient}}
        """);

    private async Task<(string Source, string Destination)> PairAsync(string profile) =>
        (await _devices.StartAsync(profile, "a", 1, TestContext.Current.CancellationToken), await _devices.StartAsync(profile, "b", 2, TestContext.Current.CancellationToken));

    private static async Task<string?> StateAsync(string address)
    {
        var result = await PlannerHere.RunAsync("probe", address, "--output", "json");
        return result.Status == 0 ? JsonDocument.Parse(result.Output).RootElement.GetProperty("state").GetString() : result.ToString();
    }

    private Task<PlannerProcess.Result> RunAsync(IReadOnlyList<string> arguments) =>
        PlannerProcess.RunAsync(arguments, stateHome: _devices.StateHome, cancel: TestContext.Current.CancellationToken);
}
