namespace Planner.Engine;

/// <summary>The moments of one switchover, as far as it came.</summary>
public sealed record SwitchoverTimes
{
    /// <summary>The hypervisor was allowed to stop the guest, on the monotonic clock in nanoseconds; null if it stopped by itself.</summary>
    public long? AllowedNanoseconds { get; init; }

    /// <summary>The guest stopped on the source.</summary>
    public SwitchoverMoment? Stopped { get; init; }

    /// <summary>The source began to send the rest.</summary>
    public SwitchoverMoment? Sending { get; init; }

    /// <summary>The source has sent everything.</summary>
    public SwitchoverMoment? Sent { get; init; }

    /// <summary>The destination has loaded everything.</summary>
    public SwitchoverMoment? Loaded { get; init; }

    /// <summary>The guest runs again, on either side.</summary>
    public SwitchoverMoment? Resumed { get; init; }

    /// <summary>The blackout; null while there was none, or it is not over.</summary>
    public TimeSpan? Blackout => Between(Stopped, Resumed);

    /// <summary>The time between two moments; null if one of them did not come.</summary>
    public static TimeSpan? Between(SwitchoverMoment? first, SwitchoverMoment? last) =>
        first is { } a && last is { } b ? SwitchoverMoment.Between(a, b) : null;
}
