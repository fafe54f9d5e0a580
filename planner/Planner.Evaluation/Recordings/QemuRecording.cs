namespace Planner.Evaluation;

/// <summary>A recorded migration under QEMU.</summary>
public sealed record QemuRecording
{
    /// <summary>The file's name without its extensions.</summary>
    public required string Name { get; init; }

    /// <summary>What was run, several times over: the name without its <c>-runN</c>.</summary>
    public required string Configuration { get; init; }

    /// <summary>The polls that say how far the migration is, in order.</summary>
    public required IReadOnlyList<QemuPoll> Polls { get; init; }

    /// <summary>The events, in order.</summary>
    public required IReadOnlyList<QemuEvent> Events { get; init; }

    /// <summary>How the migration ended; null if it did not complete within the recording.</summary>
    public QemuOutcome? Outcome { get; init; }

    /// <summary>The lines that were left out.</summary>
    public required IReadOnlyList<SkippedLine> Skipped { get; init; }

    /// <summary>Whether the guest ran on at the destination before its memory was there: the blackout then holds no memory.</summary>
    public bool IsPostCopy => Polls.Any(p => p.Status.StartsWith("postcopy", StringComparison.Ordinal) || p.PostCopyBytes > 0);

    /// <summary>Whether the guest was paused during the copying, not by QEMU's switchover: the downtime QEMU reports is then no blackout.</summary>
    public bool WasPaused => Polls.Any(p => p.IsPreCopy && p.StopPhaseBytes > 0);

    /// <summary>Whether it is a migration by pre-copy alone with a known blackout and known bytes sent in it: what a switchover rule can be tried on.</summary>
    public bool IsSwitchover => Outcome is { DowntimeSeconds: > 0, StopPhaseBytes: > 0 } && !IsPostCopy && !WasPaused && Polls.Any(p => p.IsPreCopy);

    /// <summary>Whether it is a migration by pre-copy that did not complete within the recording: given up, cancelled, failed, or cut off.</summary>
    public bool NeverCompleted => Outcome is null && !IsPostCopy && !WasPaused && Polls.Any(p => p.IsPreCopy);

    /// <summary>The limit of the blackout that QEMU was given, in seconds: what it expects before its second dirty sync. NaN if not said.</summary>
    public double DowntimeLimitSeconds => Polls.FirstOrDefault(p => p.IsPreCopy && p.DirtySyncs <= 1)?.ExpectedDowntimeSeconds ?? double.NaN;
}
