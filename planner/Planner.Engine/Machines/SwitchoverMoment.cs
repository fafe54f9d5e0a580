namespace Planner.Engine;

/// <summary>When something happened, by two clocks.</summary>
/// <param name="Happened">By the hypervisor's clock, since the Unix epoch; zero if it did not say.</param>
/// <param name="ReceivedNanoseconds">When it was heard of, on this host's monotonic clock.</param>
public readonly record struct SwitchoverMoment(TimeSpan Happened, long ReceivedNanoseconds)
{
    // Two hosts' clocks may differ, and a clock may be set: then the moments of hearing are the better measure.
    private static readonly TimeSpan MostApart = TimeSpan.FromMilliseconds(250);

    /// <summary>The time from one moment to a later one; at least 0.</summary>
    /// <remarks>The hypervisor's clock is exact, but only if both clocks tell about the same.</remarks>
    public static TimeSpan Between(SwitchoverMoment first, SwitchoverMoment last)
    {
        var heard = TimeSpan.FromTicks((last.ReceivedNanoseconds - first.ReceivedNanoseconds) / TimeSpan.NanosecondsPerTick);
        var told = last.Happened - first.Happened;
        var isTold = first.Happened > TimeSpan.Zero && last.Happened > TimeSpan.Zero && (told - heard).Duration() <= MostApart;
        var between = isTold ? told : heard;
        return between > TimeSpan.Zero ? between : TimeSpan.Zero;
    }

    /// <summary>The time from one moment to a later one that the same hypervisor told; at least 0.</summary>
    /// <remarks>A monitor may be heard late, and one clock tells the time between two moments even if it is set wrongly.</remarks>
    public static TimeSpan OfOneSide(SwitchoverMoment first, SwitchoverMoment last)
    {
        var between = first.Happened > TimeSpan.Zero && last.Happened > TimeSpan.Zero
            ? last.Happened - first.Happened
            : TimeSpan.FromTicks((last.ReceivedNanoseconds - first.ReceivedNanoseconds) / TimeSpan.NanosecondsPerTick);
        return between > TimeSpan.Zero ? between : TimeSpan.Zero;
    }
}
