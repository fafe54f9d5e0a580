using System.Diagnostics;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>Whatever asks the command's process to go, and whatever takes its output away, in each phase: the machine gets home, or arrives.</summary>
public sealed class SignalTests
{
    private const int Stayed = 3;
    private const int HangUp = 1;
    private const int Quit = 3;
    private const int Terminate = 15;

    // Until a signal has reached the session. What waits for it is held by the test meanwhile.
    private static readonly TimeSpan UntilTaken = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Before_the_commit_point_every_signal_brings_the_machine_home() => Task.WhenAll(
        EverySignalAsync(MigrationSide.Destination, "RESUMING", Stayed),
        EverySignalAsync(MigrationSide.Source, "round", Stayed),
        EverySignalAsync(MigrationSide.Source, "PRE_COPY_P2P", Stayed));

    [Fact]
    public Task After_the_commit_point_no_signal_keeps_the_machine_from_arriving() => Task.WhenAll(
        EverySignalAsync(MigrationSide.Source, "STOP_COPY", 0),
        EverySignalAsync(MigrationSide.Source, "stream", 0),
        EverySignalAsync(MigrationSide.Destination, "RUNNING_P2P", 0));

    [Fact]
    public async Task A_second_signal_hastens_the_way_back_and_does_not_skip_it()
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);
        var since = 0L;
        var result = await child.RunAsync(
            MigrationSide.Destination,
            "round",
            process =>
            {
                child.Pair.Freeze(MigrationSide.Destination);
                Send(process, Terminate);
                since = Stopwatch.GetTimestamp();
                Send(process, Terminate);
            },
            Cancel);

        // One signal waits 10 s for who is silent.
        Assert.True(result.Status == 5, result.ToString());
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Source));
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }

    [Fact]
    public Task A_terminal_that_is_lost_costs_output_and_never_the_machine() => Task.WhenAll(LoseTerminalAsync("round"), LoseTerminalAsync("stream"));

    [Theory]
    [InlineData("> /dev/full")]
    [InlineData(">&- 2>&-")]
    public async Task Output_that_cannot_be_written_costs_output_alone(string redirection)
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);
        var result = await child.RunAsync(MigrationSide.Source, "stream", _ => { }, Cancel, wrapper: ["sh", "-c", $"exec \"$0\" \"$@\" {redirection}"]);

        Assert.True(result.Status == 0, result.ToString());
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Destination));
        Assert.Equal(redirection.Contains("full", StringComparison.Ordinal), result.Error.Contains("could not be written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pipes_that_nobody_reads_any_more_cost_output_alone()
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);
        child.Pair.When(MigrationSide.Source, "stream", () => { });
        using var process = child.Start();
        process.StandardOutput.Close();
        process.StandardError.Close();
        await process.WaitForExitAsync(Cancel);

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Destination));
    }

    private static async Task EverySignalAsync(MigrationSide side, string phase, int status)
    {
        foreach (var signal in new[] { HangUp, Quit, Terminate })
        {
            // A device and a store of its own: a switchover that was held up here would be evidence against the next.
            using var child = await ChildMigration.PrepareAsync(Cancel);
            var result = await child.RunAsync(side, phase, process => Send(process, signal), Cancel);

            Assert.True(result.Status == status, $"signal {signal} in {phase}: {result}");
            Assert.Equal(DeviceState.Running, child.Pair.State(status == 0 ? MigrationSide.Destination : MigrationSide.Source));
        }
    }

    private static async Task LoseTerminalAsync(string phase)
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);
        var words = string.Join(' ', new[] { "dotnet", Path.Combine(AppContext.BaseDirectory, "planner.dll") }.Concat(child.Arguments).Select(a => $"'{a}'"));
        var start = new ProcessStartInfo("script", ["-qfc", words, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STATE_DIRECTORY"] = Path.Combine(child.Pair.Devices.StateHome, "planner");
        var started = new TaskCompletionSource<Process>();
        child.Pair.When(MigrationSide.Source, phase, () =>
        {
            started.Task.Result.Kill();
            Thread.Sleep(UntilTaken);
        });
        using var terminal = Process.Start(start)!;
        started.SetResult(terminal);
        await child.Pair.Come.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await child.UntilSettledAsync(Cancel);

        Assert.Equal(DeviceState.Running, child.Pair.State(phase == "round" ? MigrationSide.Source : MigrationSide.Destination));
    }

    private static void Send(Process process, int signal)
    {
        PlannerProcess.Signal(process, signal);
        Thread.Sleep(UntilTaken);
    }
}
