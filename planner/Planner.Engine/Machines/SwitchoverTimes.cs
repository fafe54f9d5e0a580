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

    /// <summary>The downtime as a manager counts it; null if there is none.</summary>
    public TimeSpan? ManagerDowntime { get; init; }

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
    /// <summary>The earliest that it can have been on this host's monotonic clock, in nanoseconds; null if nothing bounds it.</summary>
    internal long? EarliestNanoseconds { get; init; }

    /// <summary>The latest that it can have been, likewise; at most when it was heard of.</summary>
    internal long LatestNanoseconds { get; init; } = ReceivedNanoseconds;

    /// <summary>How often the hypervisor's clock had been seen to be set.</summary>
    internal int Steps { get; init; }

    /// <summary>The time from one moment to a later one, on whichever hosts; at least 0.</summary>
    /// <remarks>The hypervisors' clocks are exact, if they can be of one time; else what was heard of both is the better measure, within what can be.</remarks>
    public static TimeSpan Between(SwitchoverMoment first, SwitchoverMoment last)
    {
        var (least, most) = Bounds(first, last);
        var told = last.Happened - first.Happened;
        if (first.Happened > TimeSpan.Zero && last.Happened > TimeSpan.Zero && told > TimeSpan.Zero && told >= least && (most is not { } end || told <= end))
        {
            return told;
        }

        var heard = MonotonicTime.Between(first.ReceivedNanoseconds, last.ReceivedNanoseconds);
        return heard < least ? least : most is { } limit && heard > limit ? limit : heard;
    }

    /// <summary>The shortest and the longest that the time from one moment to a later one, on whichever hosts, can have been; null where nothing bounds it.</summary>
    internal static (TimeSpan Least, TimeSpan? Most) Bounds(SwitchoverMoment first, SwitchoverMoment last)
    {
        var least = last.EarliestNanoseconds is { } end ? MonotonicTime.Between(first.LatestNanoseconds, end) : TimeSpan.Zero;
        var most = first.EarliestNanoseconds is { } begin ? MonotonicTime.Between(begin, last.LatestNanoseconds) : (TimeSpan?)null;
        return (least > TimeSpan.Zero ? least : TimeSpan.Zero, most > TimeSpan.Zero ? most : most is null ? null : TimeSpan.Zero);
    }

    /// <summary>The moment so long before this one, by the same clock.</summary>
    internal SwitchoverMoment Before(TimeSpan span)
    {
        var nanoseconds = span.Ticks * TimeSpan.NanosecondsPerTick;
        return this with
        {
            Happened = Happened > span ? Happened - span : TimeSpan.Zero,
            ReceivedNanoseconds = ReceivedNanoseconds - nanoseconds,
            EarliestNanoseconds = EarliestNanoseconds - nanoseconds,
            LatestNanoseconds = LatestNanoseconds - nanoseconds,
        };
    }

    /// <summary>The time from one moment to a later one that the same hypervisor told; at least 0.</summary>
    /// <remarks>A monitor may be heard late, and one clock tells the time between two moments even if it is wrong, unless it was set between them.</remarks>
    public static TimeSpan OfOneSide(SwitchoverMoment first, SwitchoverMoment last)
    {
        var between = first.Happened > TimeSpan.Zero && last.Happened > TimeSpan.Zero && first.Steps == last.Steps
            ? last.Happened - first.Happened
            : MonotonicTime.Between(first.ReceivedNanoseconds, last.ReceivedNanoseconds);
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
