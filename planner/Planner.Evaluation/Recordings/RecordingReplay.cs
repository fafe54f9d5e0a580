using Planner.Estimators;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Tries switchover rules on a recorded migration: what would the blackout have been, had the guest been stopped at another moment?</summary>
/// <remarks>
/// The blackout at a moment is the fixed part plus the remaining bytes over this run's own rate in the stop phase. What remains is exact at the
/// first poll after a dirty sync, and those are the candidate moments; at other polls it is what is unsent plus D(time since the sync), with D
/// fitted to the whole run and its error measured at the syncs. The last moment is QEMU's own stop, with the blackout that was measured. A rule
/// that lets it pass never commits. A migration that never completed has no such moment and no stop phase: its blackout is known as far as other stop phases of the
/// link, or its own pre-copy, say how fast one is. Zero pages count as bytes although they cost nothing, so the first round looks longer than it was.
/// </remarks>
public sealed class RecordingReplay
{
    private readonly PreCopyMoment[] _moments;
    private readonly Dictionary<int, RecordedDirtyWindow> _windows;

    /// <summary>Prepares the moments of a recording.</summary>
    /// <param name="recording">A migration by pre-copy with a known blackout (<see cref="QemuRecording.IsSwitchover"/>), or one that never completed.</param>
    /// <param name="fixedSeconds">The part of a blackout that does not grow with the bytes, in seconds; at least 0. No more than half of the
    /// run's own blackout is believed.</param>
    /// <param name="otherBytesPerSecond">The rate of other stop phases of the link, in bytes per second, for a migration that has none; NaN if it is not known.</param>
    public RecordingReplay(QemuRecording recording, double fixedSeconds, double otherBytesPerSecond = double.NaN)
    {
        if (recording is { IsSwitchover: false, NeverCompleted: false })
        {
            throw new ArgumentException($"{recording.Name} is no migration by pre-copy with a known blackout, and none that never completed", nameof(recording));
        }

        Recording = recording;
        FixedSeconds = recording.Outcome is { } outcome ? Math.Min(fixedSeconds, outcome.DowntimeSeconds / 2) : fixedSeconds;
        (StopPhaseBytesPerSecond, BlackoutFrom) = recording.Outcome is { } known
            ? (known.StopPhaseBytes / (known.DowntimeSeconds - FixedSeconds), BlackoutSource.Measured)
            : double.IsNaN(otherBytesPerSecond)
                ? (Samples.Of(recording.Polls.Where(p => p.IsPreCopy && p.BytesPerSecond > 0).Select(p => p.BytesPerSecond)).Median, BlackoutSource.PreCopyRate)
                : (otherBytesPerSecond, BlackoutSource.OtherStopPhases);
        var windows = RecordedDirtyWindow.Of(recording);
        var dirty = new DirtyTracker();
        foreach (var window in windows)
        {
            dirty.Add(window.Phase, window.Seconds, window.Bytes);
        }

        _windows = windows.ToDictionary(w => w.Poll);
        RemainingErrors = [.. windows.Select(w => Error(w, dirty)).Order()];
        _moments = recording.Outcome is { } end ? [.. Moments(dirty), StopMoment(end)] : [.. Moments(dirty)];
    }

    /// <summary>The recording.</summary>
    public QemuRecording Recording { get; }

    /// <summary>The fixed part of the blackout in seconds.</summary>
    public double FixedSeconds { get; }

    /// <summary>Where the blackouts of its moments are known from.</summary>
    public BlackoutSource BlackoutFrom { get; }

    /// <summary>The rate in the stop phase, in bytes per second: the run's own, or that of <see cref="BlackoutFrom"/>; NaN if nothing is known.</summary>
    public double StopPhaseBytesPerSecond { get; }

    /// <summary>The errors of "unsent plus D" at every sync, as shares of what the sync then found, in ascending order.</summary>
    public IReadOnlyList<double> RemainingErrors { get; }

    /// <summary>The moments in order; those with <see cref="PreCopyMoment.IsSync"/> are the candidates.</summary>
    public IReadOnlyList<PreCopyMoment> MomentsInOrder => _moments;

    /// <summary>The error that a share of the syncs keeps to, as a share of what the sync then found; null without a sync.</summary>
    /// <param name="share">The share; in (0, 1].</param>
    public double? RemainingErrorAt(double share) => Quantiles.Of(RemainingErrors, share);

    /// <summary>Tries a rule.</summary>
    /// <param name="rule">A rule that has seen no other migration.</param>
    /// <param name="limitSeconds">The limit of the blackout that the oracle keeps, in seconds.</param>
    public RuleOutcome Run(ISwitchoverRule rule, double limitSeconds)
    {
        var bounded = rule as IBoundedRule;
        var (decisions, unbounded) = (0, 0);
        PreCopyMoment? commit = null;
        foreach (var moment in _moments)
        {
            // Between candidates the truth is itself an estimate, and not even the oracle may choose by it.
            var action = rule.Consider(moment.IsSync ? moment : moment with { TrueBlackoutSeconds = double.NaN });
            if (moment.IsSync)
            {
                decisions++;
                unbounded += bounded is not null && !double.IsFinite(bounded.BoundSeconds) ? 1 : 0;
            }

            if (action != SwitchoverAction.Wait)
            {
                commit = action == SwitchoverAction.Commit ? moment : null;
                break;
            }
        }

        return new RuleOutcome
        {
            Decisions = decisions,
            UnboundedDecisions = bounded is null ? null : unbounded,
            CommitSeconds = commit?.ElapsedSeconds,
            BlackoutFrom = BlackoutFrom,
            BlackoutSeconds = commit is { TrueBlackoutSeconds: var blackout } && double.IsFinite(blackout) ? blackout : null,
            BoundSeconds = commit is not null && bounded is not null && double.IsFinite(bounded.BoundSeconds) ? bounded.BoundSeconds : null,
            CompletionSeconds = commit is { TrueBlackoutSeconds: var took } at && double.IsFinite(took) ? at.ElapsedSeconds + took : null,
            OracleCompletionSeconds = OracleCompletion(limitSeconds),
        };
    }

    private double? OracleCompletion(double limitSeconds)
    {
        var first = _moments.Where(m => m.IsSync && m.TrueBlackoutSeconds <= limitSeconds).Select(m => (PreCopyMoment?)m).FirstOrDefault();
        return first?.ElapsedSeconds + first?.TrueBlackoutSeconds;
    }

    private double Error(RecordedDirtyWindow window, DirtyTracker dirty) =>
        Math.Abs(dirty.Curve(window.Phase)!.UniqueBytes(window.Seconds) - window.Bytes) / Math.Max(1, Recording.Polls[window.Poll].RemainingBytes);

    private IEnumerable<PreCopyMoment> Moments(DirtyTracker dirty)
    {
        var (syncs, lastSync) = (Recording.Polls[0].DirtySyncs, 0.0);
        for (var i = 0; i < Recording.Polls.Count && Recording.Polls[i].IsPreCopy; i++)
        {
            var poll = Recording.Polls[i];
            var isSync = poll.DirtySyncs > syncs;
            syncs = poll.DirtySyncs;
            lastSync = isSync ? poll.ElapsedSeconds : lastSync;
            var since = poll.ElapsedSeconds - lastSync;
            var phase = poll.ThrottleShare > 0 ? DirtyPhase.Throttled : DirtyPhase.PreCopy;
            var curve = dirty.Curve(phase) ?? dirty.Curve(DirtyPhase.PreCopy) ?? dirty.Curve(DirtyPhase.Throttled);
            var remaining = isSync ? poll.RemainingBytes : poll.RemainingBytes + (curve?.UniqueBytes(since) ?? 0);
            yield return Moment(poll, poll.RemainingBytes, FixedSeconds + remaining / StopPhaseBytesPerSecond) with
            {
                IsSync = isSync,
                SecondsSinceSync = since,
                WrittenBytes = isSync && _windows.TryGetValue(i, out var window) ? window.Bytes : double.NaN,
                RoundSeconds = isSync && _windows.TryGetValue(i, out window) ? window.Seconds : double.NaN,
            };
        }
    }

    private PreCopyMoment StopMoment(QemuOutcome outcome)
    {
        var last = Recording.Polls.Last(p => p.IsPreCopy);
        var end = Recording.Polls.First(p => p.DowntimeSeconds is not null);
        return Moment(last, outcome.StopPhaseBytes, outcome.DowntimeSeconds) with
        {
            ElapsedSeconds = Math.Max(last.ElapsedSeconds, outcome.TotalSeconds - outcome.DowntimeSeconds),
            IsSync = true,
            Round = end.DirtySyncs,
            SentBytes = Math.Max(last.TransferredBytes, end.TransferredBytes - outcome.StopPhaseBytes),
        };
    }

    private static PreCopyMoment Moment(QemuPoll poll, double ramBytes, double trueBlackoutSeconds) => new()
    {
        ElapsedSeconds = poll.ElapsedSeconds,
        Round = poll.DirtySyncs,
        RamBytes = ramBytes,
        BytesPerSecond = poll.BytesPerSecond,
        SentBytes = poll.TransferredBytes,
        TotalBytes = poll.TotalBytes,
        WrittenBytes = double.NaN,
        RoundSeconds = double.NaN,
        TrueBlackoutSeconds = trueBlackoutSeconds,
    };
}
