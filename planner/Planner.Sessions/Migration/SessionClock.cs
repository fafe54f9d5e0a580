namespace Planner.Sessions;

/// <summary>Monotonic nanoseconds from a <see cref="TimeProvider"/>: CLOCK_MONOTONIC for the system's, on Linux.</summary>
internal static class SessionClock
{
    private const double LongestSeconds = 1e9;

    public static long GetNanoseconds(this TimeProvider clock)
    {
        var timestamp = clock.GetTimestamp();
        return clock.TimestampFrequency == 1_000_000_000
            ? timestamp
            : (long)((Int128)timestamp * 1_000_000_000 / clock.TimestampFrequency);
    }

    public static TimeSpan Between(long startNanoseconds, long endNanoseconds) =>
        TimeSpan.FromTicks((endNanoseconds - startNanoseconds) / TimeSpan.NanosecondsPerTick);

    /// <summary>A computed time; null where it is not known. What is longer than any machine runs is cut off.</summary>
    public static TimeSpan? Span(double seconds) => double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds)) : null;

    /// <summary>Lets time pass on the calling thread.</summary>
    public static void Wait(this TimeProvider clock, TimeSpan delay) => Task.Delay(delay, clock).GetAwaiter().GetResult();
}
