using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>A call to a device that does not end, and that nothing can end, as an ioctl: the session ends, and the process goes on.</summary>
public sealed class HungCallTests : IDisposable
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
    private const int Bytes = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);

    private readonly ManualResetEventSlim _release = new();

    public void Dispose() => _release.Set();

    [Fact]
    public async Task A_source_ends_the_session_with_a_person_and_lets_go_of_its_thread()
    {
        var (source, destination) = Pair();
        source.OnArc = arc => Hang(arc.To == DeviceState.StopCopy);

        var result = await RunAsync(source, destination);

        Assert.Equal(MigrationOutcome.NeedsPerson, result.Outcome);
        Assert.Contains("fake:source", result.Reason, StringComparison.Ordinal);
        Assert.Contains("has not answered for", result.Reason, StringComparison.Ordinal);
        Assert.True(SystemThreads.Abandoned > 0);
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_destination_is_left_and_the_machine_runs_on_the_source()
    {
        var (source, destination) = Pair();
        destination.OnArc = arc => Hang(arc is { From: DeviceState.Resuming, To: DeviceState.Stop });

        var result = await RunAsync(source, destination);

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.Equal(DeviceState.Running, source.State);
        Assert.Contains("fake:destination", result.Reason, StringComparison.Ordinal);
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_write_that_hangs_does_not_hold_the_source()
    {
        var (source, destination) = Pair();
        destination.OnWrite = written => Hang(written > 15_000);

        var result = await RunAsync(source, destination);

        Assert.True(result.Outcome == MigrationOutcome.Recovered, result.Reason);
        Assert.Equal(DeviceState.Running, source.State);
        await GoesOnAsync();
    }

    private ArcResult? Hang(bool isTheCall)
    {
        if (isTheCall)
        {
            _release.Wait();
        }

        return null;
    }

    /// <summary>Another migration in this process is none the worse, and the thread ends with its call.</summary>
    private async Task GoesOnAsync()
    {
        var (source, destination) = Pair();
        var next = await RunAsync(source, destination);
        Assert.True(next.Outcome == MigrationOutcome.Completed, next.Reason);

        _release.Set();
        using var guard = new CancellationTokenSource(HangGuard);
        while (SystemThreads.Abandoned > 0)
        {
            await Task.Delay(20, guard.Token);
        }
    }

    private static (FakeDevice Source, FakeDevice Destination) Pair() =>
        (new FakeDevice("fake:source", All, [.. Enumerable.Repeat((byte)1, Bytes)], 12_000), new FakeDevice("fake:destination", All) { ExpectsBytes = Bytes });

    private static Task<SessionResult> RunAsync(FakeDevice source, FakeDevice destination)
    {
        var request = new DeviceMigrationRequest
        {
            Machine = "vm1",
            Devices = [new DevicePair("nic0", source, destination)],
            Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(1), Confidence = 0.5, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept },
        };
        var services = new SessionServices { Store = KnowingStore.Of(source, destination), SilencePatience = Patience };
        return MigrationSession.RunAsync(request, services, TestContext.Current.CancellationToken).WaitAsync(HangGuard, TestContext.Current.CancellationToken);
    }
}
