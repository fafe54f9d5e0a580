#pragma warning disable RS0030 // TimeProvider is banned in the core, which gets time as a value. This is the port itself, for those who are given a clock.
namespace Planner.Measurements;

/// <summary>Monotonic time as the planner counts it: in nanoseconds, as CLOCK_MONOTONIC of Linux and the deadlines of devices do.</summary>
public static class MonotonicTime
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Now, in nanoseconds.</summary>
    public static long NowNanoseconds(this TimeProvider clock) => clock.Nanoseconds(clock.GetTimestamp());

    /// <summary>A timestamp of the clock in nanoseconds.</summary>
    public static long Nanoseconds(this TimeProvider clock, long timestamp) => clock.TimestampFrequency == NanosecondsPerSecond
        ? timestamp
        : (long)((Int128)timestamp * NanosecondsPerSecond / clock.TimestampFrequency);

    /// <summary>The time between two moments, in whole ticks.</summary>
    public static TimeSpan Between(long startNanoseconds, long endNanoseconds) =>
        TimeSpan.FromTicks((endNanoseconds - startNanoseconds) / TimeSpan.NanosecondsPerTick);
}
