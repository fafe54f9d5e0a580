namespace Planner.Measurements;

/// <summary>How far pre-copy is. Told at the start of every pass, and at least every 100 ms while pre-copy runs.</summary>
public sealed record PreCopyProgressed : HypervisorEvent
{
    /// <summary>Whether a pass has just begun: then <see cref="RemainingBytes"/> is an exact count, moved back to the moment of the dirty sync.
    /// Otherwise it counts only what the last sync found.</summary>
    public bool IsPass { get; init; }

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
