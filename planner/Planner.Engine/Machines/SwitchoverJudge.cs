using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>Judges the moments of a held pre-copy: follows what the guest writes and the link carries, and asks the switchover rule.</summary>
/// <remarks>Serves one migration. Reads no clock: times come with the moments. Not for use by several threads at once.</remarks>
public sealed class SwitchoverJudge
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NewsEveryNanoseconds = NanosecondsPerSecond;
    private const long RebuildEveryNanoseconds = NanosecondsPerSecond / 2;
    private const double RateChange = 0.02;
    private const long RefitEveryNanoseconds = NanosecondsPerSecond / 10;
    private const int LatestRates = 30;
    private const int LatestWindows = 64;
    private const double PaceSeconds = 0.15;
    private const double ShortestWindowSeconds = 0.002;

    // What may be left at the stop beyond what is expected: a guest that suddenly writes much more is not stopped. A hypervisor takes up to 100 ms to act on
    // a permission, and a guest whose lull ends meanwhile is let go a little later rather than a lull later: a quarter of the limit is given for it.
    // Where the hypervisor does not come down to that, more is allowed step by step, or it would be waited for ever.
    private const double GuardGrowthPerSecond = 8;
    private const double MostGrowthSeconds = 10;
    private const double GuardFactor = 1.25;
    private const double GuardShareOfLimit = 0.25;
    private const double LeastGuardBytes = 1 << 18;

    // QEMU looks at a permission every 100 ms; one that stood for longer and was not used is too small for what QEMU counts.
    private const long UnusedAfterNanoseconds = 3 * NanosecondsPerSecond / 10;
    private const double DeviceRoomFactor = 1.25;

    // QEMU counts a rate over 100 ms.
    private const double RateWindowSeconds = 0.1;
    private const double IdleShare = 0.7;
    private const double StateChange = 0.02;

    private readonly MachineSnapshots? _withUnknownDevices;
    private readonly Queue<(long At, long Bytes)> _grants = new();
    private MachineSnapshots _evidence;
    private long _hiddenBytes;
    private bool _hasToldHidden;
    private bool _hasToldRate;
    private long _builtStateBytes;
    private long _unusedGrantBytes;
    private double _passRate;
    private readonly SlaTerms _sla;
    private readonly string _ruleName;
    private readonly long _startedNanoseconds;
    private readonly ThrottleLadder _throttle;
    private readonly SampleWindow _rates = new(LatestRates);
    private readonly Queue<DirtyWindowEvidence> _windows = new();
    private RuleMoments? _moments;
    private IPlannerRule? _rule;
    private DirtyCurve? _curve;
    private long _fittedAt;
    private double _builtRate;
    private long _builtAt;
    private long? _lastPassAt;
    private long _passes;
    private long _lastRemainingBytes;
    private long _lastAt;
    private long _newsAt = long.MinValue / 2;
    private Verdict _newsVerdict;
    private GateDecision? _gate;
    private long? _allowedSince;
    private int _throttlePercent;

    /// <summary>Makes a judge.</summary>
    /// <param name="evidence">What is known.</param>
    /// <param name="sla">The promise, with nothing elapsed.</param>
    /// <param name="rule">The switchover rule: one of <see cref="PlannerRules.Names"/>.</param>
    /// <param name="startedNanoseconds">When the migration began, on the monotonic clock.</param>
    /// <param name="throttleSlice">How long a guest that is slowed down runs between two pauses; zero if that is not known.</param>
    /// <param name="withUnknownDevices">What is known in case the machine turns out to have passed-through devices that nobody named; null if that cannot be.</param>
    public SwitchoverJudge(
        MachineSnapshots evidence, SlaTerms sla, string rule, long startedNanoseconds, TimeSpan throttleSlice = default, MachineSnapshots? withUnknownDevices = null)
    {
        _withUnknownDevices = withUnknownDevices;
        _evidence = evidence;
        _sla = sla;
        _ruleName = rule;
        _startedNanoseconds = startedNanoseconds;
        _throttle = new ThrottleLadder(sla.DirtyRateFloorBytesPerSecond, sla.BlackoutLimitSeconds, throttleSlice.TotalSeconds);
    }

    /// <summary>What pre-copy sends at: the median of the latest observations, in bytes per second; NaN before the first. Where every pass is over before
    /// it can be looked at, the most that was seen: a link that is not busy carries less than it could.</summary>
    public double BytesPerSecond => _rates.Count > 0 ? _rates.Median : _passRate > 0 ? _passRate : double.NaN;

    /// <summary>Whether other work has the host's processors busy; null where nobody looks.</summary>
    public bool? HostIsBusy { get; set; }

    /// <summary>What the decisions are made from.</summary>
    public MachineSnapshots Evidence => _evidence;

    /// <summary>What was seen of the link in this migration.</summary>
    public IReadOnlyList<LinkAgeSample> SeenOfLink => [.. (_moments?.SeenOfLink ?? []).Select(a => new LinkAgeSample(_evidence.Keys.Link, a.Age, a.Seen, a.Broke))];

    /// <summary>The state of passed-through devices that the stop phase is expected to carry, in bytes: as the hypervisor tells it; or as earlier stop phases
    /// showed it, and not less than what was found out in this migration. 0 if nothing is known.</summary>
    public long DeviceStateBytes { get; private set; }

    /// <summary>Takes notice that the source was permitted to stop the guest.</summary>
    /// <param name="bytes">The most that may be left.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public void Permitted(long bytes, long nowNanoseconds) => _grants.Enqueue((nowNanoseconds, bytes));

    /// <summary>Takes notice that the permission was taken back.</summary>
    public void Held() => _grants.Clear();

    /// <summary>Takes notice of a state that a passed-through device came to.</summary>
    public void See(MigrationSide side, DeviceStateChanged moved) => _evidence.See(side, moved);

    /// <summary>Looks at a moment.</summary>
    /// <param name="progress">What the hypervisor tells.</param>
    public PassJudgement Consider(PreCopyProgressed progress)
    {
        var now = progress.ReceivedNanoseconds;
        var elapsed = Seconds(now - _startedNanoseconds);
        if (progress.DeviceSentBytes is not null && !_evidence.Keys.HasDevices && _withUnknownDevices is not null)
        {
            // What machines without such devices showed says nothing here.
            (_evidence, _moments, _rule) = (_withUnknownDevices, null, null);
        }

        if (_sla.CompleteWithinSeconds is { } within && elapsed >= within)
        {
            return new PassJudgement(SwitchoverAction.Abort, _gate, 0, null, true)
            {
                Reason = $"It was not complete within {Quantity.Format(TimeSpan.FromSeconds(within))}; the machine runs on the source.{HiddenWords}{UnknownRateWords}",
            };
        }

        Observe(progress);
        var (writtenBytes, roundSeconds) = progress.IsPass ? NotePass(progress, now) : (double.NaN, double.NaN);
        (_lastRemainingBytes, _lastAt) = (progress.RemainingBytes, now);
        FindHidden(progress, now);
        DeviceStateBytes = progress.StateBytes > 0 ? progress.StateBytes : Math.Max(_evidence.DeviceStateBytes, _evidence.Keys.HasDevices ? _hiddenBytes : 0);
        if (double.IsNaN(BytesPerSecond))
        {
            return new PassJudgement(SwitchoverAction.Wait, null, 0, null, false);
        }

        var expected = progress.IsPass
            ? StopForecast.BytesAtStop(progress.RemainingBytes, roundSeconds, Pace(), BytesPerSecond, _curve, _evidence.CommitSeconds)
            : progress.RemainingBytes;
        Rebuild(progress, now, elapsed, expected);
        var action = _rule!.Consider(new PreCopyMoment
        {
            ElapsedSeconds = elapsed,
            IsSync = progress.IsPass,
            Round = progress.Pass,
            SecondsSinceSync = _lastPassAt is { } at ? Seconds(now - at) : elapsed,
            RamBytes = expected,
            WrittenBytes = writtenBytes,
            RoundSeconds = roundSeconds,

            // As the tables were built with, so that a decision can be repeated from their snapshot.
            StateBytes = _builtStateBytes,
            BytesPerSecond = progress.BytesPerSecond,
            IsLinkIdle = HasLittleToSend(progress),
            SentBytes = progress.SentBytes,
            TotalBytes = progress.TotalBytes,
            TrueBlackoutSeconds = double.NaN,
        });
        return progress.IsPass ? Judgement(progress, action, now, elapsed) : new PassJudgement(SwitchoverAction.Wait, null, 0, null, false);
    }

    private double Pace()
    {
        var spanned = 0.0;
        return _curve is null ? 1 : StopForecast.Pace(_curve, _windows.Reverse().TakeWhile(w => (spanned += w.Seconds) - w.Seconds < PaceSeconds).Select(w => (w.Seconds, w.UniqueBytes)));
    }

    private static double Seconds(long nanoseconds) => nanoseconds / (double)NanosecondsPerSecond;

    private PassJudgement Judgement(PreCopyProgressed progress, SwitchoverAction action, long now, double elapsed)
    {
        var decision = _moments!.Last;
        _gate = new GateDecision(1, decision, _moments.LastMoment, _moments.LastEvaluator!, now) { WasCalm = _moments.LastIsCalm, HostWasBusy = HostIsBusy };
        var isFound = _hiddenBytes > 0 && !_hasToldHidden;
        var isRepeated = decision.Verdict == Verdict.Commit && _hasToldHidden;
        var isNews = !isRepeated && (isFound || decision.Verdict != _newsVerdict || now - _newsAt >= NewsEveryNanoseconds);
        if (isFound)
        {
            _hasToldHidden = true;
            _gate = _gate with { Note = HiddenWords };
        }
        else if (!_hasToldRate && decision.Verdict != Verdict.Commit && UnknownRateWords.Length > 0)
        {
            _hasToldRate = true;
            _gate = _gate with { Note = UnknownRateWords };
        }

        if (isNews)
        {
            (_newsAt, _newsVerdict) = (now, decision.Verdict);
        }

        var moment = _moments.LastMoment;
        _allowedSince = decision.Verdict != Verdict.Commit ? null : action == SwitchoverAction.Commit ? _allowedSince ?? now : _allowedSince;
        var growth = Math.Pow(GuardGrowthPerSecond, Math.Min(MostGrowthSeconds, Seconds(now - (_allowedSince ?? now))));
        var room = Math.Max(LeastGuardBytes, GuardShareOfLimit * BytesPerSecond * (_sla.BlackoutLimitSeconds ?? 0));
        var guard = Math.Max(GuardFactor * moment.RamRemainingBytes, moment.RamRemainingBytes + room) * growth;
        var most = _moments.LastEvaluator!.LargestRamBytes(moment with { RamRemainingBytes = (long)guard });
        var (stateExpected, stateWithRoom) = CountedState(progress);
        var allow = (long)Math.Max(1, Math.Min(guard + stateWithRoom, most + stateExpected));
        var percent = decision.Verdict == Verdict.Throttle
            ? _throttle.Next(elapsed, decision.DirtyRateLimitBytesPerSecond, _curve?.UniqueBytesPerSecond(ShortestWindowSeconds) ?? double.NaN)
            : null;
        return new PassJudgement(action, _gate, allow, percent, isNews)
        {
            IsRepeated = isRepeated,
            Reason = action == SwitchoverAction.Abort && (HiddenWords + UnknownRateWords) is { Length: > 0 } words ? Gates.Explain(_gate) + words : null,
        };
    }

    private string UnknownRateWords => double.IsNaN(BytesPerSecond) ? "" : _evidence.UnknownStopRate(BytesPerSecond) ?? "";

    private string HiddenWords => _hiddenBytes == 0 ? "" :
        $" The hypervisor counts more than it tells: permitted to stop the guest with {Quantity.FormatBytes(_unusedGrantBytes)} left it did not, so it counts at least {Quantity.FormatBytes(_hiddenBytes)}"
        + $" of {(_evidence.Keys.HasDevices ? "state of a passed-through device" : "something that is neither memory nor a passed-through device that it names, such as the state of a vhost-user or vDPA device")}."
        + " QEMU 11.1 tells it ('remaining' of query-migrate), and so does one migration under a limit that leaves room for it.";

    /// <summary>The state that the hypervisor counts beside the memory as it is expected, and with room for what it counts and does not tell.</summary>
    private (double Expected, double WithRoom) CountedState(PreCopyProgressed progress)
    {
        if (progress.StateBytes > 0 || !_evidence.Keys.HasDevices)
        {
            return (progress.StateBytes, progress.StateBytes);
        }

        double bytes = DeviceStateBytes;
        return bytes > 0 ? (bytes, (DeviceRoomFactor * bytes) + LeastGuardBytes) : (0, 0);
    }

    /// <summary>A permission that was not used though less is left shows how much the hypervisor counts that it does not tell.</summary>
    private void FindHidden(PreCopyProgressed progress, long now)
    {
        if (!progress.IsPass)
        {
            return;
        }

        // Of those that are old enough to have been used the latest counts, and of later ones the smallest.
        var old = now - UnusedAfterNanoseconds;
        while (_grants.Count > 1 && _grants.ElementAt(1).At <= old)
        {
            _grants.Dequeue();
        }

        if (_grants.TryPeek(out var grant) && grant.At <= old)
        {
            var least = _grants.Min(g => g.Bytes);
            var hidden = least - progress.RemainingBytes - progress.StateBytes;
            if (hidden > Math.Max(_hiddenBytes, LeastGuardBytes))
            {
                (_hiddenBytes, _unusedGrantBytes) = ((long)hidden, least);
            }
        }
    }

    private void Observe(PreCopyProgressed progress)
    {
        if (progress.IsPass)
        {
            _passRate = Math.Max(_passRate, progress.BytesPerSecond);
            return;
        }

        if (progress.BytesPerSecond > 0 && !IsIdle(progress))
        {
            _rates.Add(progress.BytesPerSecond);
        }
    }

    /// <summary>A link with less to send than it carries in the time that a rate is counted over shows what there was to send, not what it could carry. It matters
    /// where a device's state has still to go; without one there is then nothing left that would take time.</summary>
    private bool IsIdle(PreCopyProgressed progress) =>
        _evidence.Keys.HasDevices && HasLittleToSend(progress) && progress.BytesPerSecond < IdleShare * BytesPerSecond;

    private static bool HasLittleToSend(PreCopyProgressed progress) => progress.RemainingBytes < RateWindowSeconds * progress.BytesPerSecond;

    /// <summary>A pass begins: what it starts with was written in the one before.</summary>
    private (double WrittenBytes, double RoundSeconds) NotePass(PreCopyProgressed progress, long now)
    {
        var round = _lastPassAt is { } at ? Seconds(now - at) : double.NaN;
        _lastPassAt = now;
        _passes++;

        if (progress.ThrottlePercent != _throttlePercent)
        {
            // What was written before says nothing about a guest that is slower now.
            _throttlePercent = progress.ThrottlePercent;
            _windows.Clear();
            _curve = null;
        }

        // A sync in the middle of a pass finds what that pass has not sent yet, too: nobody wrote it.
        var unsent = double.IsNaN(BytesPerSecond) ? 0 : Math.Max(0, _lastRemainingBytes - (BytesPerSecond * Seconds(now - _lastAt)));
        var written = Math.Max(0, progress.RemainingBytes - unsent);

        // The first pass starts with all of the memory, which nobody wrote.
        if (_passes < 2 || progress.RemainingBytes >= progress.TotalBytes || !(round >= ShortestWindowSeconds))
        {
            return (double.NaN, round);
        }

        if (_windows.Count == LatestWindows)
        {
            _windows.Dequeue();
        }

        _windows.Enqueue(new DirtyWindowEvidence(round, written));
        return (written, round);
    }

    private void Rebuild(PreCopyProgressed progress, long now, double elapsed, double expectedBytes)
    {
        var rate = BytesPerSecond;
        if (_windows.Count > 0 && progress.IsPass && (_curve is null || now - _fittedAt >= RefitEveryNanoseconds))
        {
            _fittedAt = now;
            _curve = DirtyCurve.Fit([.. _windows.Select(w => (w.Seconds, w.UniqueBytes))]);
        }

        var stateBytes = _evidence.OwnStateBytes + DeviceStateBytes;
        if (_rule is not null && _evidence.HostIsBusy == (HostIsBusy ?? false) && now - _builtAt < RebuildEveryNanoseconds && Math.Abs(rate - _builtRate) <= RateChange * _builtRate
            && Math.Abs(stateBytes - _builtStateBytes) <= StateChange * _builtStateBytes)
        {
            return;
        }

        (_builtAt, _builtRate, _builtStateBytes) = (now, rate, stateBytes);
        _evidence.HostIsBusy = HostIsBusy ?? false;
        var evaluators = _evidence.Evaluators(_evidence.Snapshot(_sla with { ElapsedSeconds = elapsed }, rate, expectedBytes, DeviceStateBytes, [.. _windows]));
        if (_moments is null)
        {
            _moments = new RuleMoments(evaluators, _evidence.LinkAges);
            _rule = PlannerRules.Create(_ruleName, _moments, _sla.CompleteWithinSeconds ?? double.PositiveInfinity);
        }
        else
        {
            _moments.Use(evaluators);
        }
    }
}
