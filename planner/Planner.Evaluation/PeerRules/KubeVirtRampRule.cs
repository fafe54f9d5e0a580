using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>KubeVirt's downtime ramp: QEMU's downtime-limit starts low and rises by equal steps to the ceiling, with a pause between steps.</summary>
/// <remarks>
/// VEP 291 (enhancements 7ee388a) as KubeVirt d923fdb8 has it, <c>tuneDowntime</c>; both of August 2026. A step is
/// max((ceiling - initial) / steps, 1) in whole milliseconds: 128 ms for 1050, 107 ms for 900. The pause also counts from the first pass, which
/// sets the initial limit; here that limit holds from the beginning, 0.4 s earlier. The ramp is for clusters without stall detection, so the
/// plain timeouts hold beside it. Disruption of the workload at the timeout is not allowed, as by default.
/// </remarks>
internal sealed class KubeVirtRampRule : QemuBasedRule
{
    private const double BytesPerGiB = 1 << 30;

    private readonly KubeVirtRampOptions _options;
    private readonly PollSchedule _polls;
    private readonly int _ceilingMilliseconds;
    private readonly int _stepMilliseconds;
    private int _limitMilliseconds;
    private double _changedSeconds = double.NaN;
    private double _progressSeconds;
    private double _ramBytes;

    /// <summary>Starts with the initial limit.</summary>
    /// <param name="limitSeconds">The ceiling (<c>maxDowntimeMs</c>), in seconds; KubeVirt's own default is 0.9.</param>
    /// <param name="options">The steps; by default KubeVirt's own.</param>
    public KubeVirtRampRule(double limitSeconds, KubeVirtRampOptions? options = null)
        : base(SwitchoverLimits.Check(limitSeconds))
    {
        _options = options ?? new KubeVirtRampOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1);
        _polls = new PollSchedule(_options.PollSeconds);
        _ceilingMilliseconds = SwitchoverLimits.Milliseconds(limitSeconds);
        _limitMilliseconds = Math.Min(_options.InitialMilliseconds, _ceilingMilliseconds);
        _stepMilliseconds = Math.Max((_ceilingMilliseconds - _limitMilliseconds) / _options.Steps, 1);
        DowntimeLimitSeconds = SwitchoverLimits.Seconds(_limitMilliseconds);
    }

    /// <inheritdoc/>
    public override string Name => "kubevirt-ramp";

    /// <inheritdoc/>
    public override SwitchoverAction Steer(in PreCopyMoment moment)
    {
        if (!_polls.TryLook(moment.ElapsedSeconds))
        {
            return SwitchoverAction.Wait;
        }

        if (_ramBytes == 0 || moment.RamBytes < _ramBytes)
        {
            _progressSeconds = moment.ElapsedSeconds;
        }

        _ramBytes = moment.RamBytes;
        Tune(moment);
        var completionSeconds = _options.CompletionTimeoutSecondsPerGiB * moment.TotalBytes / BytesPerGiB;
        return Math.Floor(moment.ElapsedSeconds - _progressSeconds) > _options.ProgressTimeoutSeconds || Math.Floor(moment.ElapsedSeconds) > completionSeconds
            ? SwitchoverAction.Abort
            : SwitchoverAction.Wait;
    }

    private void Tune(in PreCopyMoment moment)
    {
        var isFirstPass = double.IsNaN(_changedSeconds);
        if (isFirstPass)
        {
            _changedSeconds = moment.ElapsedSeconds;
        }

        var isCoolingDown = moment.ElapsedSeconds - _changedSeconds < _options.CooldownSeconds - PollSchedule.RoundingSeconds;
        if (isFirstPass || isCoolingDown || moment.Round < _options.StartAfterIteration || _limitMilliseconds == _ceilingMilliseconds)
        {
            return;
        }

        _limitMilliseconds = Math.Min(_limitMilliseconds + _stepMilliseconds, _ceilingMilliseconds);
        _changedSeconds = moment.ElapsedSeconds;
        DowntimeLimitSeconds = SwitchoverLimits.Seconds(_limitMilliseconds);
    }
}
