namespace Planner.Measurements;

/// <summary>Something that a hypervisor tells.</summary>
public abstract record HypervisorEvent
{
    /// <summary>When it happened by the hypervisor's own clock, since the Unix epoch; zero if it does not say.</summary>
    public TimeSpan HappenedAt { get; init; }

    /// <summary>When it was received, on the monotonic clock of this host in nanoseconds.</summary>
    public required long ReceivedNanoseconds { get; init; }
}
