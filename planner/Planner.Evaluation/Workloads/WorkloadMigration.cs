using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Runs one migration with known truth under a switchover rule.</summary>
/// <remarks>
/// Pre-copy goes in rounds. A round ends with a dirty sync when everything known is sent, or earlier when the rule wants an exact count. The
/// rule is asked at every sync and at the end of every slot of the link. Under one rule the run depends on the truth alone.
/// </remarks>
internal sealed class WorkloadMigration
{
    /// <summary>The shortest time from one dirty sync to the next, in seconds: a sync of some GiB takes milliseconds by itself.</summary>
    public const double ShortestRoundSeconds = 0.1;

    // A sync at the end of a slot may come out a little before it.
    private const double RoundingSeconds = 1e-9;

    private readonly WorkloadTruth _truth;
    private readonly ISwitchoverRule _rule;
    private readonly GuestMemory _memory;
    private readonly WritePace _pace;
    private double _now;
    private double _lastSync;
    private double _sentBytes;
    private double _measuredBytesPerSecond;
    private int _round = 1;
    private int _considered;
    private double _writtenBytes = double.NaN;
    private double _roundSeconds = double.NaN;

    private WorkloadMigration(WorkloadTruth truth, ISwitchoverRule rule)
    {
        _truth = truth;
        _rule = rule;
        _memory = new GuestMemory(truth.Memory, truth.Workloads.RamBytes);
        _pace = new WritePace(truth.Memory, truth.ScheduleOffsetSeconds);
    }

    /// <summary>Runs a migration to its end.</summary>
    public static WorkloadOutcome Run(WorkloadTruth truth, ISwitchoverRule rule) => new WorkloadMigration(truth, rule).Run();

    private WorkloadOutcome Run()
    {
        var within = _truth.Workloads.CompleteWithinSeconds;
        var slot = 0;
        while (_now < within)
        {
            var slotEnd = Math.Min((slot + 1) * LinkWorkload.SlotSeconds, within);
            while (_now < slotEnd)
            {
                var sync = Advance(slot, slotEnd);
                if (_now >= slotEnd - RoundingSeconds)
                {
                    _measuredBytesPerSecond = _truth.Link.Rate(slot);
                }

                if (sync && Ask(isSync: true) is { } end)
                {
                    return end;
                }
            }

            _measuredBytesPerSecond = _truth.Link.Rate(slot++);
            if (Ask(isSync: false) is { } ended)
            {
                return ended;
            }
        }

        return new WorkloadOutcome(false, within, 0, double.NaN, _considered);
    }

    /// <summary>Goes on to the next event; true if that is a dirty sync.</summary>
    private bool Advance(int slot, double slotEnd)
    {
        var rate = _truth.Link.Rate(slot);
        var wanted = Math.Max(0, _rule.ExactBelowBytes - _truth.StateBytes);
        var until = Math.Min(slotEnd, _pace.NextChangeSeconds);
        var drained = _now + Math.Max(0, _memory.UnsentBytes - wanted) / rate;
        var sync = Math.Max(drained, _lastSync + ShortestRoundSeconds);
        var end = Math.Min(until, sync);
        var step = end - _now;
        if (step > 0)
        {
            _sentBytes += _memory.Advance(step, rate, _pace.Scale);
        }

        _now = end;
        if (_now >= _pace.NextChangeSeconds)
        {
            _pace.Change();
        }

        if (sync > until)
        {
            return false;
        }

        _writtenBytes = _memory.RemainingBytes - _memory.UnsentBytes;
        _roundSeconds = _now - _lastSync;
        _memory.Sync();
        _lastSync = _now;
        _round++;
        return true;
    }

    private WorkloadOutcome? Ask(bool isSync)
    {
        _considered += isSync ? 1 : 0;
        var remaining = _memory.RemainingBytes;
        var action = _rule.Consider(new PreCopyMoment
        {
            ElapsedSeconds = _now,
            IsSync = isSync,
            Round = _round,
            SecondsSinceSync = _now - _lastSync,
            RamBytes = _memory.UnsentBytes,
            WrittenBytes = isSync ? _writtenBytes : double.NaN,
            RoundSeconds = isSync ? _roundSeconds : double.NaN,
            StateBytes = _truth.StateBytes,
            BytesPerSecond = _measuredBytesPerSecond,
            SentBytes = _sentBytes,
            TotalBytes = _truth.Workloads.RamBytes,
            TrueBlackoutSeconds = _rule is OracleRule or InformedRule ? _truth.BlackoutSeconds(_now, remaining) : double.NaN,
        });
        switch (action)
        {
            case SwitchoverAction.Abort:
                return new WorkloadOutcome(false, _now, 0, double.NaN, _considered);
            case SwitchoverAction.Commit:
                return new WorkloadOutcome(true, _now, remaining, _truth.BlackoutSeconds(_now, remaining), _considered);
            default:
                return null;
        }
    }
}
