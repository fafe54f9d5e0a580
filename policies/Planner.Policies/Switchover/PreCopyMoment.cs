namespace Planner.Policies;

/// <summary>What can be seen of a running pre-copy at one moment.</summary>
public readonly record struct PreCopyMoment
{
    /// <summary>Seconds since the pre-copy began; at least 0.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Whether a dirty sync has just been made, so that <see cref="RamBytes"/> is exact.</summary>
    public bool IsSync { get; init; }

    /// <summary>Dirty syncs so far; 1 during the first round.</summary>
    public int Round { get; init; }

    /// <summary>Seconds since the last dirty sync; 0 at a sync.</summary>
    public double SecondsSinceSync { get; init; }

    /// <summary>Memory still to send as the last sync knew it, in bytes: exact at a sync, and too little in between, since what was
    /// dirtied after the sync is not in it.</summary>
    public double RamBytes { get; init; }

    /// <summary>At a sync: what it found to have been written since the one before, in bytes; NaN if that is not known, and between syncs.</summary>
    public double WrittenBytes { get; init; }

    /// <summary>At a sync: seconds since the sync before it; NaN between syncs.</summary>
    public double RoundSeconds { get; init; }

    /// <summary>State that the devices will send in the stop phase, in bytes; at least 0.</summary>
    public double StateBytes { get; init; }

    /// <summary>The rate of sending as measured lately (QEMU: over the last 100 ms or more), in bytes per second; 0 before it is known.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Whether there was less to send then than the link carries, so that the rate shows nothing of it.</summary>
    public bool IsLinkIdle { get; init; }

    /// <summary>Bytes sent since the pre-copy began; at least 0.</summary>
    public double SentBytes { get; init; }

    /// <summary>The machine's memory in bytes.</summary>
    public double TotalBytes { get; init; }

    /// <summary>How long the blackout would take if the guest were stopped now, in seconds. Known in simulation and replay alone, and read by
    /// the oracle alone; NaN beside a living migration.</summary>
    public double TrueBlackoutSeconds { get; init; }
}
