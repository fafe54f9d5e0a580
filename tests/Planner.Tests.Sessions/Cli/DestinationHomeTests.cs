using System.Diagnostics;
using System.Text.Json;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>Every end before the commit on servers like libvfio-user since May 2026, whose reset keeps the migration state: the destination rests in
/// STOP, and the exit status is that of the end itself. Where the server does not let go of RESUMING either, the advice is what helps.</summary>
public sealed class DestinationHomeTests : IDisposable
{
    // No P2P on such a server, and no sizes: what is left is learned by draining, here slowly, so that a migration is in pre-copy for a while.
    private const string Healthy = "";
    private const string StopCopyFails = "faults: [ { arc: PRE_COPY->STOP_COPY, errno: EIO, probability: 1, leavesState: PRE_COPY } ]";
    private const string KeepsResuming = "faults: [ { arc: RESUMING->STOP, errno: EINVAL, probability: 1, leavesState: RESUMING } ]";

    private readonly DeviceProcesses _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_stay_at_the_gate_ends_with_3_and_the_destination_in_STOP_from_where_the_next_one_takes_it()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy);
        for (var i = 0; i < 2; i++)
        {
            await AssertStayedAsync(await RunAsync(["migrate", source, destination, "--sla", "gold", "--policy", Policy()]), source, destination, "STOP");
        }
    }

    [Fact]
    public async Task A_shadow_migration_leaves_the_destination_alone()
    {
        var (source, destination) = await PairAsync(Healthy, KeepsResuming);

        await AssertStayedAsync(await RunAsync(["migrate", source, destination, "--sla", "gold", "--shadow", "--policy", Policy()]), source, destination, "RUNNING");
    }

    [Fact]
    public async Task Ctrl_C_in_pre_copy_ends_with_3_and_the_destination_in_STOP()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy, readRate: "128KiB/s");
        using var process = await StartInPreCopyAsync(source, destination);

        PlannerProcess.Interrupt(process);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        await AssertStayedAsync(new PlannerProcess.Result(process.ExitCode, output, ""), source, destination, "STOP");
        Assert.Contains("cancelled", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_that_is_reached_ends_with_3_and_the_destination_in_STOP()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy);
        await RunAsync(["measure", source, "--to", destination, "--rounds", "1"]);

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--policy", Policy(limit: "1ms", within: "2s", insufficient: "accept")]);

        await AssertStayedAsync(result, source, destination, "STOP");
        Assert.Contains("Abort", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_fails_goes_back_with_5_and_the_destination_rests_in_STOP()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy);
        var failing = await StartAsync("f", 3, StopCopyFails);
        await RunAsync(["measure", source, "--to", destination, "--rounds", "1"]);

        var result = await RunAsync(["migrate", failing, destination, "--sla", "gold", "--policy", Policy(limit: "1h", within: "1d", insufficient: "accept")]);

        Assert.True(result.Status == 5, result.ToString());
        Assert.DoesNotContain("restart its server", result.Output, StringComparison.Ordinal);
        Assert.Equal(("RUNNING", "STOP"), (await StateAsync(failing), await StateAsync(destination)));
    }

    [Fact]
    public async Task Where_RESUMING_is_not_left_either_the_status_is_5_and_the_server_is_to_be_restarted()
    {
        var (source, destination) = await PairAsync(Healthy, KeepsResuming);

        var result = await RunAsync(["migrate", source, destination, "--sla", "gold", "--policy", Policy()]);

        AssertNamed(result, 5, destination);
        Assert.Equal(("RUNNING", "RESUMING"), (await StateAsync(source), await StateAsync(destination)));

        // The next migration touches nothing, and says the same.
        AssertNamed(await RunAsync(["migrate", source, destination, "--sla", "gold", "--policy", Policy()]), 3, destination);
    }

    [Theory]
    [InlineData(Healthy, "STOP")]
    [InlineData(KeepsResuming, "RESUMING")]
    public async Task Recover_brings_the_destination_home_too_or_says_what_helps(string ofDestination, string left)
    {
        var (source, destination) = await PairAsync(Healthy, ofDestination);
        using (var process = await StartInPreCopyAsync(source, destination))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var recovered = await RunAsync(["recover"]);

        Assert.True(recovered.Status == 0, recovered.ToString());
        Assert.True((left == "RESUMING") == Words(recovered.Output).Contains("restart its server", StringComparison.Ordinal), recovered.ToString());
        Assert.Equal(("RUNNING", left), (await StateAsync(source), await StateAsync(destination)));
    }

    [Fact]
    public async Task A_device_that_an_interrupted_migration_has_is_not_measured_before_it_is_recovered()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy);
        using (var process = await StartInPreCopyAsync(source, destination))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var refused = await RunAsync(["measure", destination, "--rounds", "1"]);
        Assert.NotEqual(0, refused.Status);
        Assert.Contains("was interrupted", refused.Error, StringComparison.Ordinal);
        Assert.Equal("RESUMING", await StateAsync(destination));

        Assert.Equal(0, (await RunAsync(["recover"])).Status);
        Assert.Equal(0, (await RunAsync(["measure", source, "--rounds", "1"])).Status);
    }

    [Fact]
    public async Task Probe_says_that_a_reset_could_not_be_asked_for_where_the_server_refuses_the_question()
    {
        var (source, destination) = await PairAsync(Healthy, Healthy);
        await RunAsync(["migrate", source, destination, "--sla", "gold", "--policy", Policy()]);

        Assert.Equal(JsonValueKind.True, (await ProbeAsync(source)).GetProperty("resetOffered").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await ProbeAsync(destination)).GetProperty("resetOffered").ValueKind);
        Assert.Contains("could not be asked", (await RunAsync(["probe", destination])).Output, StringComparison.Ordinal);
    }

    /// <summary>What a table of the command says, however it was broken into lines.</summary>
    private static string Words(string output) => string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void AssertNamed(PlannerProcess.Result result, int status, string destination)
    {
        Assert.True(result.Status == status, result.ToString());
        Assert.Contains("restart its server", Words(result.Output), StringComparison.Ordinal);
        Assert.Contains(destination, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("planner recover", Words(result.Output), StringComparison.Ordinal);
    }

    private static async Task AssertStayedAsync(PlannerProcess.Result result, string source, string destination, string destinationState)
    {
        Assert.True(result.Status == 3, result.ToString());
        Assert.DoesNotContain("restart its server", Words(result.Output), StringComparison.Ordinal);
        Assert.Equal(("RUNNING", destinationState), (await StateAsync(source), await StateAsync(destination)));
    }

    private async Task<Process> StartInPreCopyAsync(string source, string destination)
    {
        var process = PlannerProcess.Start(["migrate", source, destination, "--sla", "gold", "--policy", Policy()], _devices.StateHome);

        // The first round takes a second at the least, at this device's rate: this is in the middle of it.
        while (!IsDestinationResuming())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }

        return process;
    }

    private bool IsDestinationResuming()
    {
        try
        {
            return JournalFolder.List(JournalFolder.Of(Path.Combine(_devices.StateHome, "planner"))).SelectMany(f => MigrationJournal.Look(f)?.Contents.Entries ?? [])
                .Any(e => e.Kind == JournalEntryKind.ArcEnded && e.Side == MigrationSide.Destination && e.Arc.To == DeviceState.Resuming);
        }
        catch (JournalException)
        {
            // An entry is being written.
            return false;
        }
    }

    private async Task<(string Source, string Destination)> PairAsync(string ofSource, string ofDestination, string readRate = "4MiB/s") =>
        (await StartAsync("a", 1, ofSource, readRate), await StartAsync("b", 2, ofDestination, readRate));

    private Task<string> StartAsync(string name, int seed, string faults, string readRate = "4MiB/s") => _devices.StartAsync(
        _devices.Write(
            $"{name}.yaml",
            $$"""
            apiVersion: planner/v1
            kind: DeviceProfile
            metadata: { name: slow, class: sim/slow/1.0 }
            spec:
              flags: [STOP_COPY, PRE_COPY]
              commitArc: PRE_COPY->STOP_COPY
              arcs:
                default: { median: 1ms, p99: 2ms }
              state: { bytes: 4MiB }
              read: { rate: {{readRate}} }
              preCopy: { initial: 4MiB, dirtyRate: 0MiB/s, dirtyCap: 0MiB, reinit: 0.0 }
              {{faults}}
            """),
        name,
        seed,
        TestContext.Current.CancellationToken,
        "libvfio-user");

    private string Policy(string limit = "300ms", string within = "10m", string insufficient = "stay") => _devices.Write(
        $"policy-{Guid.NewGuid():N}.yaml",
        $$"""
        apiVersion: planner/v1
        kind: SlaPolicy
        metadata: { name: gold }
        spec:
          blackout: { limit: {{limit}}, confidence: 0.9 }
          completeWithin: {{within}}
          whenEvidenceIsInsufficient: {{insufficient}}
        """);

    private static async Task<JsonElement> ProbeAsync(string address) => (await PlannerHere.RunJsonAsync("probe", address))[0];

    private static async Task<string?> StateAsync(string address) => (await ProbeAsync(address)).GetProperty("state").GetString();

    private Task<PlannerProcess.Result> RunAsync(IReadOnlyList<string> arguments) =>
        PlannerProcess.RunAsync(arguments, stateHome: _devices.StateHome, cancel: TestContext.Current.CancellationToken);
}
