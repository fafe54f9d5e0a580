using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>What is refused before anything is touched: exit status 3 or 2 and never 6, with a sentence that nobody can start a machine twice by.</summary>
public sealed class UntouchedTests : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    private const int EndedBySignal = 128 + 15;

    private readonly DeviceProcesses _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_finished_migration_that_is_repeated_says_where_the_machine_runs()
    {
        var (source, destination) = await MigratedAsync();

        var again = await MigrateAsync(source, destination);

        Assert.Equal(3, again.Status);
        Assert.Contains("Nothing was touched", Unwrapped(again.Output), StringComparison.Ordinal);
        Assert.Contains($"is in STOP, not in RUNNING; it was migrated to {destination} at ", Unwrapped(again.Output), StringComparison.Ordinal);
        Assert.Contains(" UTC; it runs there.", Unwrapped(again.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("recover", Unwrapped(again.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("stayed RUNNING", Unwrapped(again.Output), StringComparison.Ordinal);
        Assert.Equal(("STOP", "RUNNING"), (await StateAsync(source), await StateAsync(destination)));
    }

    [Fact]
    public async Task So_does_one_whose_source_is_gone_or_is_named_in_another_way()
    {
        var (source, destination) = await MigratedAsync();
        var link = _devices.PathOf("link");
        File.CreateSymbolicLink(link, source["vfio-user:".Length..]);

        Assert.Contains("it runs there", Unwrapped((await MigrateAsync($"vfio-user:{link}", destination)).Output), StringComparison.Ordinal);

        File.Delete(source["vfio-user:".Length..]);
        var gone = await MigrateAsync(source, destination);

        Assert.Equal(3, gone.Status);
        Assert.Contains($"it was migrated to {destination} at ", Assert.Single(gone.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_stands_for_another_reason_is_not_advised_to_be_started()
    {
        var (source, destination) = await MigratedAsync();

        // Another store knows nothing of it.
        var unknown = await MigrateAsync(source, destination, "--store", _devices.PathOf("other.db"));

        Assert.Equal(3, unknown.Status);
        Assert.Contains("look first where its machine runs", Unwrapped(unknown.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("bring it", Unwrapped(unknown.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_at_once_the_loser_touches_nothing_and_calls_nobody()
    {
        var source = await _devices.StartAsync(_devices.Write("slow.yaml", Slow), "a", 1, TestContext.Current.CancellationToken);
        var destination = await _devices.StartAsync(_devices.PathOf("slow.yaml"), "b", 2, TestContext.Current.CancellationToken);

        var both = await Task.WhenAll(MigrateAsync(source, destination), MigrateAsync(source, destination));

        Assert.True(Array.TrueForAll(both, r => r.Status != 6), string.Join('\n', both.Select(r => r.ToString())));
        Assert.Equal("RUNNING", await StateAsync(destination));
    }

    [Theory]
    [InlineData("update blackout_sample set predicted_ticks = 9000000000000000000", "a time of 9000000000000000000 ticks cannot be")]
    [InlineData("update arc_sample set duration_ticks = -5", "a time of -5 ticks cannot be")]
    [InlineData("update arc_sample set at_ticks = -1", "a date of -1 ticks cannot be")]
    [InlineData("update transfer_sample set bytes = 4611686018427387904, moving_ticks = 1", "4611686018427387904 bytes cannot be")]
    [InlineData("update transfer_sample set bytes = 1152921504606846976, moving_ticks = 1", "so nothing was touched")]
    [InlineData("update state_size_sample set actual_bytes = -1", "-1 bytes cannot be")]
    public async Task A_damaged_row_of_the_store_is_refused_before_a_device_is_touched(string damage, string said)
    {
        var (source, destination) = await MigratedAsync();
        await using (var store = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Store};Pooling=False"))
        {
            await store.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new Microsoft.Data.Sqlite.SqliteCommand(damage, store);
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var back = await MigrateAsync(destination, source);

        Assert.True(back.Status == 1, back.ToString());
        Assert.Contains(said, Assert.Single(back.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(("STOP", "RUNNING"), (await StateAsync(source), await StateAsync(destination)));
    }

    [Theory]
    [InlineData("limit: 36500d")]
    [InlineData("limit: 300ms }, completeWithin: 36500d, switchover: { rule: earliest")]
    [InlineData("limit: 300ms }, errorBudget: { blackout: 1s, per: 36500d")]
    [InlineData("limit: 300ms }, dirtyRateLimit: { floor: 1e9TiB/s")]
    [InlineData("limit: 300ms }, dirtyRateLimit: { floor: 0.5B/s")]
    public async Task A_policy_that_no_decision_can_take_is_refused_where_it_is_read(string blackout)
    {
        var policy = _devices.Write("policy.yaml", $"apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: {{ name: gold }}\nspec: {{ blackout: {{ {blackout} }} }}\n");

        var result = await PlannerHere.RunAsync("migrate", "sim:/no/such", "sim:/no/such", "--sla", "gold", "--policy", policy);

        Assert.Equal(2, result.Status);
        Assert.Contains("policy.yaml:4:", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrate", "sim:a", "sim:b", "--sla", "gold", "--policy", "FIFO")]
    [InlineData("migrate", "sim:FIFO", "sim:FIFO", "--sla", "gold")]
    [InlineData("migrate", "vfio-user:/no/such", "vfio-user:/no/such", "--sla", "gold", "--policy", "FIFO")]
    [InlineData("watch", "qmp:/no/such", "--sla", "gold", "--policy", "FIFO")]
    [InlineData("device", "FIFO", "--listen", "/tmp/never")]
    [InlineData("demo", "--profile", "FIFO")]
    [InlineData("measure", "sim:FIFO")]
    [InlineData("replay", "FIFO", "--rule", "qemu", "--limit", "1s")]
    [InlineData("evaluate", "FIFO")]
    public async Task A_file_that_does_not_come_can_be_interrupted(params string[] arguments)
    {
        var fifo = _devices.PathOf("fifo");
        using (var made = Process.Start("mkfifo", fifo))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        string[] named = [.. arguments.Select(a => a.Replace("FIFO", fifo, StringComparison.Ordinal))];
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        var status = EndedBySignal;

        // A signal that comes before the command listens ends it as it ends any program: then it is given more time.
        for (var seconds = 3; status == EndedBySignal; seconds *= 2)
        {
            using var process = PlannerProcess.Start(named, _devices.StateHome);
            await Task.Delay(TimeSpan.FromSeconds(seconds), guard.Token);
            PlannerProcess.Interrupt(process);
            await process.WaitForExitAsync(guard.Token);
            status = process.ExitCode;
        }

        Assert.Equal(arguments[0] switch { "migrate" => 3, "watch" => 0, _ => 1 }, status);
    }

    [Theory]
    [InlineData("decide <&-", "stdin: it is closed")]
    [InlineData("decide <.", "stdin")]
    public async Task A_stdin_that_nobody_can_read_is_one_sentence_and_status_2(string command, string said)
    {
        using var process = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "planner.dll")}' {command}" }, RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        var error = await process.StandardError.ReadToEndAsync(guard.Token);
        await process.WaitForExitAsync(guard.Token);

        Assert.True(process.ExitCode == 2, error);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task The_JSON_of_migrate_has_the_words_of_its_contract()
    {
        var source = await _devices.StartAsync("fast-nic", "a", 1, TestContext.Current.CancellationToken);
        var destination = await _devices.StartAsync("fast-nic", "b", 2, TestContext.Current.CancellationToken);
        await RunAsync("measure", source, "--to", destination, "--rounds", "4");

        var migrated = JsonDocument.Parse((await MigrateAsync(source, destination, "--output", "json")).Output).RootElement;
        var stayed = JsonDocument.Parse((await MigrateAsync(source, destination, "--output", "json")).Output).RootElement;

        Assert.Subset(
            migrated.Names().ToHashSet(),
            new HashSet<string> { "kind", "attemptId", "outcome", "source", "destination", "pausedSeconds", "blackoutSeconds", "blackoutUncertaintySeconds", "limitSeconds", "boundSeconds", "reason", "decision" });
        Assert.Equal(("migration", "completed"), (migrated.Text("kind"), migrated.Text("outcome")));
        Assert.True(migrated.Number("pausedSeconds") >= migrated.Number("blackoutSeconds") && migrated.Number("blackoutSeconds") > 0);
        Assert.Equal("limit", migrated.GetProperty("decision").Text("binding"));
        Assert.Equal(("stayed", 0), (stayed.Text("outcome"), stayed.Number("pausedSeconds")));
        Assert.True(stayed.IsNull("blackoutSeconds"));
    }

    private const string Slow =
        """
        apiVersion: planner/v1
        kind: DeviceProfile
        metadata: { name: slow, class: sim/slow/1.0 }
        spec:
          flags: [STOP_COPY, P2P]
          commitArc: RUNNING_P2P->STOP
          arcs:
            default: { median: 200ms, p99: 201ms, worst: 300ms }
          state: { bytes: 1MiB }
          dataSize: { offered: true, meaning: total }
          arcLatencyReport: { offered: true }
        """;

    private string Store => Path.Combine(_devices.StateHome, "planner", "planner.db");

    private async Task<(string Source, string Destination)> MigratedAsync()
    {
        var source = await _devices.StartAsync("fast-nic", "a", 1, TestContext.Current.CancellationToken);
        var destination = await _devices.StartAsync("fast-nic", "b", 2, TestContext.Current.CancellationToken);
        await RunAsync("measure", source, "--to", destination, "--rounds", "4");
        var migrated = await MigrateAsync(source, destination);
        return migrated.Status == 0 ? (source, destination) : throw new InvalidOperationException(migrated.ToString());
    }

    private Task<PlannerProcess.Result> MigrateAsync(string source, string destination, params string[] more) => RunAsync(
        [
            "migrate", source, destination, "--sla", "wide", .. more, "--policy",
            _devices.Write($"policy-{Guid.NewGuid():N}.yaml", "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: wide }\nspec: { blackout: { limit: 60s, confidence: 0.9 }, whenEvidenceIsInsufficient: accept }\n"),
        ]);

    private static string Unwrapped(string output) => string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static async Task<string?> StateAsync(string address) =>
        JsonDocument.Parse((await PlannerHere.RunAsync("probe", address, "--output", "json")).Output).RootElement.Text("state");

    private Task<PlannerProcess.Result> RunAsync(params string[] arguments) =>
        PlannerProcess.RunAsync(arguments, stateHome: _devices.StateHome, cancel: TestContext.Current.CancellationToken);
}
