using Planner.Documents;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>What never comes back: the session itself, so that it need not be waited for as long as a user would.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyPatienceTests(SafetyLab lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_that_stands_still_in_the_stop_phase_ends_the_destination_and_the_source_runs_on()
    {
        await using var run = await SafetyRun.PrepareAsync(lab, SafetyPhase.Stopped);

        var result = await RunAsync(run, patience: TimeSpan.FromSeconds(60));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.Contains("The rest was not sent within 2.00 s", result.Reason, StringComparison.Ordinal);
        Assert.True(run.Pair.Destination.HasExited);
        await run.AssertOnSourceAsync();
    }

    [Fact]
    public async Task A_source_whose_monitor_stays_silent_calls_a_person_and_its_guest_runs()
    {
        await using var run = await SafetyRun.PrepareAsync(lab, SafetyPhase.Bulk);
        var stalling = run.Source.UntilAsync("MIGRATION_PASS", cancel: Cancellation).ContinueWith(_ => run.SourceRelay.Stalled = true, TaskScheduler.Default);

        var result = await RunAsync(run);
        await stalling;

        Assert.Equal(MigrationOutcome.NeedsPerson, result.Outcome);
        Assert.Contains("its monitor does not answer", result.Reason, StringComparison.Ordinal);
        Assert.True(await run.Source.IsRunningAsync());
        await run.AssertOneSideAsync();
        await run.Source.AskAsync("migrate_cancel");
    }

    [Fact]
    public async Task A_source_whose_monitor_is_silent_for_too_long_in_the_stop_phase_runs_on_once_it_answers()
    {
        await using var run = await SafetyRun.PrepareAsync(lab, SafetyPhase.Stopped);
        var breaking = AfterStopAsync(run, async () =>
        {
            run.SourceRelay.Stalled = true;
            run.Pair.Link.Stalled = false;
            await run.Pair.Destination.WaitForExitAsync(Cancellation);
            run.SourceRelay.Stalled = false;
        });

        var result = await RunAsync(run, patience: TimeSpan.FromSeconds(30));
        await breaking;

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        await run.AssertOnSourceAsync();
    }

    [Fact]
    public async Task A_destination_whose_monitor_stays_silent_at_the_handover_calls_a_person_and_nothing_else_is_started()
    {
        await using var run = await SafetyRun.PrepareAsync(lab, SafetyPhase.HandingOver);

        var result = await RunAsync(run);

        Assert.True(result.Outcome == MigrationOutcome.NeedsPerson, result.Reason);
        Assert.Contains("if the destination never ran, continue the source", result.Reason, StringComparison.Ordinal);
        Assert.False(await run.Source.IsRunningAsync());
        Assert.Empty(run.Destination.Ran);
        await run.Source.AskAsync("cont");
    }

    private static async Task AfterStopAsync(SafetyRun run, Func<Task> act)
    {
        await run.Source.UntilAsync("STOP", cancel: Cancellation);
        await act();
    }

    private static async Task<SessionResult> RunAsync(SafetyRun run, TimeSpan? patience = null)
    {
        await using var source = await QemuMachine.OpenAsync(run.SourceRelay.Path, TimeProvider.System, Cancellation);
        await using var destination = await QemuMachine.OpenAsync(run.DestinationRelay.Path, TimeProvider.System, Cancellation);
        var request = new MachineMigrationRequest
        {
            Machine = "lab",
            Source = source,
            Destination = destination,
            Channel = $"unix:{run.Pair.LinkPath}",
            Listen = $"unix:{run.Pair.IncomingPath}",
            Policy = SlaPolicyText.ReadAll(SafetyRun.Policy(), "policy").Single(),
        };
        var services = new SessionServices
        {
            StopPatience = TimeSpan.FromSeconds(2),
            StatePatience = patience ?? TimeSpan.FromSeconds(5),
            Drivers = new Drivers(new QemuDriver()),
        };
        return await MigrationSession.RunAsync(request, services, Cancellation).WaitAsync(SafetyRun.HangGuard, Cancellation);
    }
}
