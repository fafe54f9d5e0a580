using Planner.Estimators;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Makes examples of first migrations from recordings of QEMU, for a model of the cold start to learn from.</summary>
/// <remarks>One example a run, at the moment QEMU stopped. Runs of one configuration are one group. No stop phase was seen before, so the bandwidth is
/// what QEMU said of its copying at the last poll.</remarks>
public static class RecordingExamples
{
    private const double ShortestSeconds = 1e-6;
    private const double LongestSeconds = 1e6;
    private const double MostBytes = 1L << 60;

    /// <summary>Makes examples.</summary>
    /// <param name="recordings">Recordings; only migrations by pre-copy with a known blackout above 0 become examples.</param>
    public static IReadOnlyList<ColdStartExample> From(IEnumerable<QemuRecording> recordings) =>
    [
        .. recordings
            .Where(r => r.IsSwitchover && r.Outcome!.DowntimeSeconds is >= ShortestSeconds and <= LongestSeconds)
            .Select(r => new ColdStartExample(Features(r), r.Outcome!.DowntimeSeconds, r.Configuration)),
    ];

    private static BlackoutFeatures Features(QemuRecording recording)
    {
        var last = recording.Polls.Last(p => p.IsPreCopy);
        var features = SnapshotFeatures.Read(new DecisionSnapshot
        {
            Ram = new RamEvidence
            {
                RemainingBytes = (long)Math.Min(MostBytes, StopPhases.BytesAtStop(recording)),
                DirtyWindows = [.. RecordedDirtyWindow.Of(recording).Select(w => new DirtyWindowEvidence(w.Seconds, w.Bytes))],
            },
            Transfer = last.BytesPerSecond > 0 ? new TransferEvidence { BytesPerSecond = [last.BytesPerSecond] } : null,
        });
        return last.ThrottleShare > 0 ? features with { Phase = MigrationPhase.Throttled } : features;
    }
}
