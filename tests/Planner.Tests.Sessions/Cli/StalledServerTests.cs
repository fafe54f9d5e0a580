using System.Diagnostics;
using Planner.Devices;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Tests.Sessions;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>The process of a device that stands still (SIGSTOP) in each phase of a migration under a limit of 500 ms.</summary>
public sealed class StalledServerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    // The wait for who is silent; a user's is 10 s.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // What a pause or a session may take beside that on a busy host, and far less than the driver's own 60 s.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The phases go side by side: nearly all of their time is waiting.
    [Fact]
    public Task A_destination_before_the_handover_costs_no_more_than_the_limit_and_the_way_back() => Task.WhenAll(
        StallDestinationAsync("RESUMING", isInBlackout: false), StallDestinationAsync("round", isInBlackout: false),
        StallDestinationAsync("stream", isInBlackout: true), StallDestinationAsync("STOP", isInBlackout: true));

    private static async Task StallDestinationAsync(string phase, bool isInBlackout)
    {
        using var pair = await RelayedPair.StartAsync(Cancel);
        var (result, took) = await RunAsync(pair, Patience, p => p.When(MigrationSide.Destination, phase, () => p.Freeze(MigrationSide.Destination)));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, $"{phase}: {result.Reason}");
        Assert.Contains(pair.Address(MigrationSide.Destination), result.Reason, StringComparison.Ordinal);
        Assert.Equal(DeviceState.Running, pair.State(MigrationSide.Source));
        Assert.InRange(result.Blackout, isInBlackout ? Limit : TimeSpan.Zero, isInBlackout ? Limit + Slack : TimeSpan.Zero);
        Assert.InRange(took, TimeSpan.Zero, Patience + Patience + Slack);
    }

    [Fact]
    public async Task A_destination_whose_answers_drip_byte_by_byte_costs_no_more()
    {
        using var pair = await RelayedPair.StartAsync(Cancel);
        var (result, _) = await RunAsync(
            pair, Patience, p => p.When(MigrationSide.Destination, "stream", () => p.Relay(MigrationSide.Destination).HoldsEachByte = TimeSpan.FromSeconds(3)));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.Equal(DeviceState.Running, pair.State(MigrationSide.Source));
        Assert.InRange(result.Blackout, Limit, Limit + Slack);
    }

    [Fact]
    public async Task A_destination_after_the_handover_calls_a_person_and_the_source_is_not_started()
    {
        using var pair = await RelayedPair.StartAsync(Cancel);
        // The handover has to come within the limit, on a busy host too.
        var (result, took) = await RunAsync(
            pair, Patience, p => p.When(MigrationSide.Destination, "RUNNING_P2P", () => p.Freeze(MigrationSide.Destination)), limit: TimeSpan.FromSeconds(10));

        Assert.True(result.Outcome == MigrationOutcome.NeedsPerson, result.Reason);
        Assert.Contains("do not start the source", result.Reason, StringComparison.Ordinal);
        Assert.Contains(pair.Address(MigrationSide.Destination), result.Reason, StringComparison.Ordinal);
        Assert.Equal(DeviceState.StopCopy, pair.State(MigrationSide.Source));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10) + Patience + Patience + Slack);
    }

    [Fact]
    public Task A_source_calls_a_person_in_time_and_recover_brings_it_home() =>
        Task.WhenAll(new[] { "PRE_COPY", "round", "PRE_COPY_P2P", "STOP_COPY", "stream" }.Select(StallSourceAsync));

    private static async Task StallSourceAsync(string phase)
    {
        using var pair = await RelayedPair.StartAsync(Cancel);
        var (result, took) = await RunAsync(pair, Patience, p => p.When(MigrationSide.Source, phase, () => p.Freeze(MigrationSide.Source)));

        Assert.True(result.Outcome == MigrationOutcome.NeedsPerson, $"{phase}: {result.Reason}");
        Assert.Contains(pair.Address(MigrationSide.Source), result.Reason, StringComparison.Ordinal);
        Assert.Contains("planner recover", result.Reason, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, Limit + Patience + Patience + Slack);

        pair.Freeze(MigrationSide.Source, isFrozen: false);
        var recovered = await PlannerProcess.RunAsync(["recover"], stateHome: pair.Devices.StateHome, cancel: Cancel);

        Assert.True(recovered.Status == 0, recovered.ToString());
        Assert.Equal(DeviceState.Running, pair.State(MigrationSide.Source));
    }

    [Fact]
    public async Task A_source_that_goes_on_is_home_as_soon_as_it_answers()
    {
        using var pair = await RelayedPair.StartAsync(Cancel);
        var silence = TimeSpan.FromSeconds(2);
        var (result, _) = await RunAsync(pair, TimeSpan.FromSeconds(30), p => p.When(MigrationSide.Source, "STOP_COPY", () =>
        {
            p.Freeze(MigrationSide.Source);
            _ = Task.Delay(silence).ContinueWith(_ => p.Freeze(MigrationSide.Source, isFrozen: false), TaskScheduler.Default);
        }));

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.Equal(DeviceState.Running, pair.State(MigrationSide.Source));
        Assert.InRange(result.Blackout, silence, silence + Slack);
    }

    /// <summary>Goes there and back once, so that all code is compiled, arms the pair, and migrates with the journal where the command keeps it.</summary>
    private static async Task<(SessionResult Result, TimeSpan Took)> RunAsync(RelayedPair pair, TimeSpan patience, Action<RelayedPair> arm, TimeSpan? limit = null)
    {
        // Opening a device blocks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var source = new VfioUserDriver().Open(pair.PathOf(MigrationSide.Source));
        using var destination = new VfioUserDriver().Open(pair.PathOf(MigrationSide.Destination));
        using var store = KnowingStore.Of(source, destination);
        DevicePair[] devices = [new DevicePair("nic0", source, destination)];
        var services = new SessionServices { Store = store, Drivers = new Drivers(new VfioUserDriver()), SilencePatience = patience };
        var rehearsed = await new Rehearsal("vm1", devices, services with { Store = null }).RunAsync(2, Cancel);
        Assert.True(rehearsed.Outcome == MigrationOutcome.Completed, rehearsed.Reason);
        arm(pair);

        using var journal = new MigrationJournal(Path.Combine(pair.Devices.StateHome, "planner"));
        var since = Stopwatch.GetTimestamp();
        var request = new DeviceMigrationRequest
        {
            Machine = "vm1",
            Devices = devices,
            Policy = new SlaPolicy { Name = "test", BlackoutLimit = limit ?? Limit, Confidence = 0.5, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept },
        };
        var result = await MigrationSession.RunAsync(request, services with { Journal = journal }, Cancel);
        Assert.True(pair.Come.IsCompleted, $"the phase never came: {result.Reason}");
        return (result, Stopwatch.GetElapsedTime(since));
    }
}
