using Planner.Simulation;
using Xunit;

namespace Planner.Tests.VfioUserServers;

/// <summary>A device's time that stands still until the test moves it: who waits for a moment waits for the test.</summary>
internal sealed class HeldClock : IDeviceClock, IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _moved = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private long _now = 1_000_000_000;

    public long NowNanoseconds => Volatile.Read(ref _now);

    public void WaitUntil(long nanoseconds)
    {
        if (NowNanoseconds >= nanoseconds)
        {
            return;
        }

        _waiting.Release();
        while (NowNanoseconds < nanoseconds)
        {
            Assert.True(_moved.Wait(HangGuard), "Nobody moves the clock.");
            lock (_lock)
            {
                if (NowNanoseconds < nanoseconds)
                {
                    _moved.Reset();
                }
            }
        }
    }

    /// <summary>Returns once the device waits for a moment.</summary>
    public void UntilSomebodyWaits() => Assert.True(_waiting.Wait(HangGuard, TestContext.Current.CancellationToken), "Nobody waits.");

    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            Volatile.Write(ref _now, _now + (by.Ticks * TimeSpan.NanosecondsPerTick));
            _moved.Set();
        }
    }

    public void Dispose()
    {
        _moved.Dispose();
        _waiting.Dispose();
    }
}
