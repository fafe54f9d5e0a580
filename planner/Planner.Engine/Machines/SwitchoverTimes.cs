using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The moments of one switchover, as far as it came.</summary>
public sealed record SwitchoverTimes
{
    /// <summary>The hypervisor was allowed to stop the guest, on the monotonic clock in nanoseconds; null if it stopped by itself.</summary>
    public long? AllowedNanoseconds { get; init; }

    /// <summary>When the source last answered in pre-copy, on the monotonic clock in nanoseconds: the guest ran then, and a monitor answers nobody while it
    /// stops devices. Null if it did not.</summary>
    public long? AnsweredNanoseconds { get; init; }

    /// <summary>The last moment in which the guest is known to have run before the stop: the last pass or the last answer of pre-copy. Null if neither is known.</summary>
    public SwitchoverMoment? LastRan { get; init; }

    /// <summary>The hypervisor told that the guest had stopped on the source: after the devices' arcs.</summary>
    public SwitchoverMoment? Stopped { get; init; }

    /// <summary>The source began to send the rest.</summary>
    public SwitchoverMoment? Sending { get; init; }

    /// <summary>The source has sent everything.</summary>
    public SwitchoverMoment? Sent { get; init; }

    /// <summary>The destination has loaded everything.</summary>
    public SwitchoverMoment? Loaded { get; init; }

    /// <summary>The hypervisor told that the guest runs again, on either side: before the devices' arcs.</summary>
    public SwitchoverMoment? Resumed { get; init; }

    /// <summary>Where the guest runs again.</summary>
    public MigrationSide ResumedOn { get; init; }

    /// <summary>The destination was told to run, on the monotonic clock in nanoseconds; null if it was not.</summary>
    public long? ContinueToldNanoseconds { get; init; }

    /// <summary>The order to run was answered by the destination, on the monotonic clock in nanoseconds, or it was found to run: after the devices' arcs. Null if neither.</summary>
    public long? ContinuedNanoseconds { get; init; }

    /// <summary>Whether the answer to the order to run did not come, and the guest was found to run later.</summary>
    public bool IsAnswerMissing { get; init; }

    /// <summary>The source's own count, from the stop of the guest until everything was sent; null if it did not tell.</summary>
    public TimeSpan? ReportedDowntime { get; init; }

    /// <summary>What the devices of both sides did, in the order in which it was heard.</summary>
    public ImmutableArray<DeviceMove> Moves { get; init; } = [];

    /// <summary>The time between two moments; null if one of them did not come.</summary>
    public static TimeSpan? Between(SwitchoverMoment? first, SwitchoverMoment? last) =>
        first is { } a && last is { } b ? SwitchoverMoment.Between(a, b) : null;
}

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

/// <summary>A passed-through device came to a state, or was about to.</summary>
/// <param name="Side">On which side.</param>
/// <param name="Device">The device.</param>
/// <param name="State">The state.</param>
/// <param name="IsPreparing">Whether the arc was only about to begin.</param>
/// <param name="At">When.</param>
public readonly record struct DeviceMove(MigrationSide Side, string Device, DeviceState State, bool IsPreparing, SwitchoverMoment At);

/// <summary>One arc that a hypervisor walked with a device while the guest stood still.</summary>
/// <param name="Side">On which side.</param>
/// <param name="Device">The device.</param>
/// <param name="Arc">The arc, or the arcs together where only their end was told.</param>
/// <param name="Took">How long it took.</param>
public readonly record struct DeviceArc(MigrationSide Side, string Device, Arc Arc, TimeSpan Took);
