namespace Planner.Simulation;

/// <summary>Virtual time, which passes only when somebody waits. For one thread.</summary>
public sealed class VirtualClock : IDeviceClock
{
    /// <summary>Starts the clock.</summary>
    /// <param name="nowNanoseconds">The first moment; above 0 like that of a running host.</param>
    public VirtualClock(long nowNanoseconds = 1_000_000_000) => NowNanoseconds = nowNanoseconds;

    /// <inheritdoc/>
    public long NowNanoseconds { get; private set; }

    /// <inheritdoc/>
    public void WaitUntil(long nanoseconds) => NowNanoseconds = Math.Max(NowNanoseconds, nanoseconds);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan duration) => WaitUntil(NowNanoseconds + (duration.Ticks * TimeSpan.NanosecondsPerTick));
}
