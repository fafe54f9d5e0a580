using System.Collections.Concurrent;
using Planner.Hypervisors;
using Planner.Lab;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Both sides of a pair by the driver, with everything that they told.</summary>
internal sealed class HeldRun : IAsyncDisposable
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    private HeldRun(QemuPair pair, QemuMachine source, QemuMachine destination) => (Pair, Source, Destination) = (pair, source, destination);

    public QemuPair Pair { get; }

    public QemuMachine Source { get; }

    public QemuMachine Destination { get; }

    public ConcurrentQueue<HypervisorEvent> FromSource { get; } = new();

    public ConcurrentQueue<HypervisorEvent> FromDestination { get; } = new();

    public IEnumerable<PreCopyProgressed> Progress => FromSource.OfType<PreCopyProgressed>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A pair of machines with its monitors open.</summary>
    public static async Task<HeldRun> StartAsync(string load, QemuVersion version = QemuVersion.V10, double link = 50)
    {
        var pair = await QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { Load = load, Version = version }, Link = LinkRate.Steady(link) }, Cancellation);
        var source = await QemuMachine.OpenAsync(pair.Source.QmpPath, TimeProvider.System, Cancellation);
        var destination = await QemuMachine.OpenAsync(pair.Destination.QmpPath, TimeProvider.System, Cancellation);
        var run = new HeldRun(pair, source, destination);
        source.Observer = run.FromSource.Enqueue;
        destination.Observer = run.FromDestination.Enqueue;
        return run;
    }

    /// <summary>Prepares both sides and starts, held.</summary>
    public async Task BeginAsync()
    {
        await Source.PrepareAsync(MigrationSide.Source, mayThrottle: true, Cancellation);
        await Destination.PrepareAsync(MigrationSide.Destination, mayThrottle: false, Cancellation);
        await Destination.ListenAsync($"unix:{Pair.IncomingPath}", mayListenAlready: false, Cancellation);
        await Source.StartAsync($"unix:{Pair.LinkPath}", Cancellation);
    }

    /// <summary>Waits until a side has told such an event.</summary>
    public static async Task<T> UntilAsync<T>(IEnumerable<HypervisorEvent> told, Func<T, bool>? such = null)
        where T : HypervisorEvent
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(HangGuard);
        while (true)
        {
            if (told.OfType<T>().FirstOrDefault(such ?? (_ => true)) is { } found)
            {
                return found;
            }

            await Task.Delay(1, guard.Token);
        }
    }

    /// <summary>Waits until the bulk of the memory is sent: a pass with little left.</summary>
    public Task<PreCopyProgressed> UntilShortPassesAsync(long bytes) =>
        UntilAsync<PreCopyProgressed>(FromSource, p => p is { IsPass: true } && p.RemainingBytes < bytes);

    /// <summary>The times between the source's stop and the destination's start.</summary>
    public async Task<TimeSpan> BlackoutAsync() =>
        (await UntilAsync<GuestResumed>(FromDestination)).HappenedAt - (await UntilAsync<GuestStopped>(FromSource)).HappenedAt;

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Destination.DisposeAsync();
        await Pair.DisposeAsync();
    }
}
