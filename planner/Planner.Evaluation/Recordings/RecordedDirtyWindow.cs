using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>What became dirty between two dirty syncs of a recording.</summary>
/// <param name="Poll">The index of the first poll after the later sync.</param>
/// <param name="Phase">Whether the guest was held back.</param>
/// <param name="Seconds">The time between the syncs, each known to a poll interval.</param>
/// <param name="Bytes">The bytes that the later sync found newly dirty: remaining after minus remaining before, plus what was scanned meanwhile.</param>
internal sealed record RecordedDirtyWindow(int Poll, DirtyPhase Phase, double Seconds, double Bytes)
{
    /// <summary>The windows of a recording, in order. Syncs that lie between the same two polls share their time and bytes evenly.</summary>
    public static IReadOnlyList<RecordedDirtyWindow> Of(QemuRecording recording)
    {
        var windows = new List<RecordedDirtyWindow>();
        var polls = recording.Polls;
        var latest = 0.0;
        for (var i = 1; i < polls.Count && polls[i].IsPreCopy; i++)
        {
            var (before, after) = (polls[i - 1], polls[i]);
            var syncs = after.DirtySyncs - before.DirtySyncs;
            if (syncs <= 0)
            {
                continue;
            }

            var at = (before.ElapsedSeconds + after.ElapsedSeconds) / 2;
            var bytes = after.RemainingBytes - before.RemainingBytes + after.ScannedBytes - before.ScannedBytes;
            var phase = after.ThrottleShare > 0 ? DirtyPhase.Throttled : DirtyPhase.PreCopy;
            if (bytes > 0 && at > latest)
            {
                windows.Add(new RecordedDirtyWindow(i, phase, (at - latest) / syncs, bytes / syncs));
            }

            latest = at;
        }

        return windows;
    }
}
