namespace Planner.Hypervisors;

/// <summary>Timestamps of a clock in nanoseconds.</summary>
internal static class MonotonicTime
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>A timestamp of the clock in nanoseconds. On Linux it is CLOCK_MONOTONIC, in nanoseconds already.</summary>
    public static long Nanoseconds(this TimeProvider clock, long timestamp) => clock.TimestampFrequency == NanosecondsPerSecond
        ? timestamp
        : (long)((Int128)timestamp * NanosecondsPerSecond / clock.TimestampFrequency);

    /// <summary>Now, in nanoseconds.</summary>
    public static long NowNanoseconds(this TimeProvider clock) => clock.Nanoseconds(clock.GetTimestamp());
}
