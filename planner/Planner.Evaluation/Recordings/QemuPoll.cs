namespace Planner.Evaluation;

/// <summary>What QEMU's <c>query-migrate</c> said of a migration at one time.</summary>
public sealed record QemuPoll
{
    /// <summary>Seconds since the migration began.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>QEMU's status, such as <c>active</c>, <c>postcopy-active</c> or <c>completed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Memory that the last dirty sync found and that is not sent yet, in bytes: too little except just after a sync.</summary>
    public double RemainingBytes { get; init; }

    /// <summary>Bytes sent so far, all phases together.</summary>
    public double TransferredBytes { get; init; }

    /// <summary>Bytes of memory scanned so far, those of zero pages included, which cost next to nothing to send.</summary>
    public double ScannedBytes { get; init; }

    /// <summary>Dirty syncs so far.</summary>
    public int DirtySyncs { get; init; }

    /// <summary>The rate at which memory became dirty between the last two syncs, in bytes per second; 0 before the second.</summary>
    public double DirtyBytesPerSecond { get; init; }

    /// <summary>The rate of sending lately, in bytes per second.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The blackout as QEMU expects it, in seconds; NaN if not said. Before the first sync after the start it is the limit.</summary>
    public double ExpectedDowntimeSeconds { get; init; }

    /// <summary>How much of the guest's time auto-converge takes away, as a share; 0 if it does not.</summary>
    public double ThrottleShare { get; init; }

    /// <summary>The guest's memory in bytes.</summary>
    public double TotalBytes { get; init; }

    /// <summary>Bytes of VFIO devices sent so far; null if there are none.</summary>
    public double? VfioBytes { get; init; }

    /// <summary>Bytes sent while the guest ran at the source.</summary>
    public double PreCopyBytes { get; init; }

    /// <summary>Bytes sent while the guest was stopped.</summary>
    public double StopPhaseBytes { get; init; }

    /// <summary>Bytes sent while the guest ran at the destination.</summary>
    public double PostCopyBytes { get; init; }

    /// <summary>The blackout that was, in seconds; null before the guest has moved.</summary>
    public double? DowntimeSeconds { get; init; }

    /// <summary>Whether pre-copy was running.</summary>
    public bool IsPreCopy => Status == "active";
}
