using System.Diagnostics;

namespace Planner.Simulation;

/// <summary>Real time: CLOCK_MONOTONIC, waited for to some ten microseconds.</summary>
internal sealed class MonotonicClock : IDeviceClock
{
    // A timed wait of .NET counts whole milliseconds and overshoots; the last stretch is waited for actively.
    private const long ActiveWaitNanoseconds = 1_200_000;
    private const long SpinNanoseconds = 30_000;

    // Nobody ever sets it: waiting for it with a time limit is sleeping.
    private static readonly ManualResetEvent Never = new(false);

    private MonotonicClock()
    {
    }

    /// <summary>The clock.</summary>
    public static MonotonicClock Instance { get; } = new();

    /// <inheritdoc/>
    public long NowNanoseconds => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    /// <inheritdoc/>
    public void WaitUntil(long nanoseconds)
    {
        for (var left = nanoseconds - NowNanoseconds; left > 0; left = nanoseconds - NowNanoseconds)
        {
            if (left > ActiveWaitNanoseconds)
            {
                var milliseconds = (left - ActiveWaitNanoseconds) / 1_000_000;
                Never.WaitOne((int)Math.Clamp(milliseconds, 1, int.MaxValue));
            }
            else if (left > SpinNanoseconds)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }
}
