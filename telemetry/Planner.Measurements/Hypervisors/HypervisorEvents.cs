namespace Planner.Measurements;

/// <summary>Something that a hypervisor tells.</summary>
public abstract record HypervisorEvent
{
    /// <summary>When it happened by the hypervisor's own clock, since the Unix epoch; zero if it does not say.</summary>
    public TimeSpan HappenedAt { get; init; }

    /// <summary>When it was received, on the monotonic clock of this host in nanoseconds.</summary>
    public required long ReceivedNanoseconds { get; init; }
}

/// <summary>The guest stopped.</summary>
/// <remarks>A hypervisor with passed-through devices tells this once they have walked their arcs to the end: the guest has stood since before.</remarks>
public sealed record GuestStopped : HypervisorEvent
{
    /// <summary>When the last pass began, by the hypervisor's own clock, since the Unix epoch: the guest ran then. Zero if it does not say.</summary>
    public TimeSpan LastPassAt { get; init; }
}

/// <summary>The guest runs.</summary>
public sealed record GuestResumed : HypervisorEvent;

/// <summary>The guest shut itself down, or reset itself where that ends its process: nobody has stopped it.</summary>
/// <param name="Word">The hypervisor's word for it.</param>
public sealed record GuestEnded(string Word) : HypervisorEvent;

/// <summary>The guest was found to run. Told often while the hypervisor may stop it, so that a stop of it is known in time whatever its host's clock says.</summary>
/// <param name="AskedNanoseconds">When it was asked for, on the monotonic clock of this host.</param>
public sealed record GuestRan(long AskedNanoseconds) : HypervisorEvent;

/// <summary>The hypervisor's migration came to another status.</summary>
/// <param name="Status">The status.</param>
public sealed record MigrationChanged(HypervisorMigrationStatus Status) : HypervisorEvent
{
    /// <summary>The same in the hypervisor's word, with what it means where that is not plain; null if it has none.</summary>
    public string? Words { get; init; }
}

/// <summary>A passed-through device came to another state, or is about to.</summary>
/// <param name="Device">The device: its name, or its path in the machine if it has none.</param>
/// <param name="State">The state.</param>
/// <param name="IsPreparing">Whether the arc to that state is only about to begin.</param>
public sealed record DeviceStateChanged(string Device, DeviceState State, bool IsPreparing = false) : HypervisorEvent;

/// <summary>Something that the hypervisor answered makes no sense. It goes without; each such thing is told once.</summary>
/// <param name="What">What it is, as a clause.</param>
public sealed record AnswerDistrusted(string What) : HypervisorEvent;

/// <summary>How far pre-copy is. Told at the start of every pass, and at least every 100 ms while pre-copy runs.</summary>
public sealed record PreCopyProgressed : HypervisorEvent
{
    /// <summary>Whether a pass has just begun: then <see cref="RemainingBytes"/> is an exact count, moved back to the moment of the dirty sync.
    /// Otherwise it counts only what the last sync found.</summary>
    public bool IsPass { get; init; }

    /// <summary>When this was asked for, on the monotonic clock of this host in nanoseconds: the guest ran after it. Null if it was not asked for.</summary>
    public long? AskedNanoseconds { get; init; }

    /// <summary>Dirty syncs so far.</summary>
    public int Pass { get; init; }

    /// <summary>Memory that is left to send, in bytes.</summary>
    public long RemainingBytes { get; init; }

    /// <summary>State that the devices will send in the stop phase, in bytes, where it is told; else 0.</summary>
    public long StateBytes { get; init; }

    /// <summary>Bytes of the states of passed-through devices that were sent so far; null if the machine has none.</summary>
    public long? DeviceSentBytes { get; init; }

    /// <summary>Bytes sent so far.</summary>
    public long SentBytes { get; init; }

    /// <summary>The rate of sending over about the last 100 ms, in bytes per second; 0 before it is known.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The machine's memory in bytes.</summary>
    public long TotalBytes { get; init; }

    /// <summary>The share of time that is taken from the guest's CPUs, in percent.</summary>
    public int ThrottlePercent { get; init; }
}

/// <summary>What a source tells of its stop phase once everything is sent.</summary>
/// <param name="StopPhaseBytes">The bytes of memory and of the hypervisor's own devices that were sent while the guest was stopped; null if it does not tell.</param>
/// <param name="ReportedDowntime">The downtime by the hypervisor's own count, from the moment in which it began to stop the guest until everything was sent, in
/// whole milliseconds; null if it does not tell.</param>
/// <param name="DeviceBytes">The bytes of the states of passed-through devices that were sent in all, pre-copy included; null if it does not tell.</param>
public sealed record SwitchoverDone(long? StopPhaseBytes, TimeSpan? ReportedDowntime, long? DeviceBytes = null) : HypervisorEvent
{
    /// <summary>The downtime by the count of the manager that holds the hypervisor, until its destination answered that the guest runs, in whole milliseconds. Shown,
    /// and not believed. Null if there is none.</summary>
    public TimeSpan? ManagerDowntime { get; init; }
}

/// <summary>The connection to the monitor ended. No event follows.</summary>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record MonitorLost(string Reason) : HypervisorEvent;
