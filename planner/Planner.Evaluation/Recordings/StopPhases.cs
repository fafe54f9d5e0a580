using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>What recordings say about the stop phase of their link.</summary>
/// <remarks>A post-copy that began before anything was sent stops the guest as a pre-copy does and moves no memory: its downtime is the fixed part.
/// A later post-copy first tells the destination which pages to drop, page by page, and is no measure of anything here.</remarks>
public static class StopPhases
{
    private const double NothingSentShare = 0.01;

    // QEMU looks at what remains at most every 100 ms, and its replies were polled about as often.
    private const double UsualPollSeconds = 0.2;

    /// <summary>Learns from recordings.</summary>
    /// <param name="recordings">Recordings of one link; those that say nothing about it are passed over.</param>
    /// <param name="bytesOf">The bytes that count for a pre-copy, at least 0: those that were sent in the stop phase, or a prediction of them.</param>
    public static StopPhaseTransfer Learn(IEnumerable<QemuRecording> recordings, Func<QemuRecording, double> bytesOf)
    {
        var transfer = new StopPhaseTransfer();
        foreach (var recording in recordings.Where(r => r.Outcome?.DowntimeSeconds > 0))
        {
            if (recording.IsSwitchover)
            {
                transfer.Add(bytesOf(recording), recording.Outcome!.DowntimeSeconds);
            }
            else if (recording.IsPostCopy && recording.Polls.All(p => p.PreCopyBytes <= NothingSentShare * p.TotalBytes))
            {
                transfer.Add(0, recording.Outcome!.DowntimeSeconds);
            }
        }

        return transfer;
    }

    /// <summary>What will remain when QEMU stops, in bytes, from the last poll before it.</summary>
    /// <remarks>The unsent part is at most what that poll says, and at most what QEMU stops at: its rate times its limit. To it comes what the
    /// guest dirties, at the rate of the last sync, in the time since that sync, which polls tell only to a poll interval.</remarks>
    public static double BytesAtStop(QemuRecording recording)
    {
        var last = recording.Polls.Last(p => p.IsPreCopy);
        var threshold = last.BytesPerSecond * recording.DowntimeLimitSeconds;
        var unsent = threshold > 0 ? Math.Min(last.RemainingBytes, threshold) : last.RemainingBytes;
        return unsent + last.DirtyBytesPerSecond * PollInterval(recording);
    }

    /// <summary>The median time between polls, in seconds.</summary>
    private static double PollInterval(QemuRecording recording)
    {
        var gaps = Samples.Of(recording.Polls.Zip(recording.Polls.Skip(1)).Where(p => p.Second.IsPreCopy).Select(p => p.Second.ElapsedSeconds - p.First.ElapsedSeconds));
        return gaps.Count > 0 ? gaps.Median : UsualPollSeconds;
    }
}
