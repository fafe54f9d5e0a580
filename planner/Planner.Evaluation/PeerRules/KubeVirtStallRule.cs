using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>KubeVirt's stall rule: QEMU runs with a low downtime-limit until the pre-copy stalls; then, near the least count, the limit is
/// raised or the migration aborted.</summary>
/// <remarks>
/// VEP 248 as KubeVirt d923fdb8 of August 2026 has it, <c>decideAction</c>, <c>triggerConvergenceAction</c> and
/// <c>processCompletionTimeouts</c>. The monitor passes at every iteration boundary, which is every dirty sync, and 0.4 s after a pass
/// without one; the latter samples the bandwidth. The bytes are memory alone. After the limit was raised QEMU still decides by its own estimate: an
/// estimate of up to 1.5 times the limit is a hope, not a violation. Times are compared in whole seconds.
/// With VFIO there is no post-copy, and none here; where disruption is allowed QEMU gets its largest downtime-limit instead.
/// </remarks>
internal sealed class KubeVirtStallRule : QemuBasedRule
{
    private const double BytesPerGiB = 1 << 30;

    private readonly KubeVirtStallOptions _options;
    private readonly KubeVirtStallDetector _detector;
    private readonly PollSchedule _polls;
    private readonly double _maxDowntimeSeconds;
    private double _bytesPerSecond;
    private double _ramBytes;
    private double _completionSeconds = double.NaN;
    private double _deadlineSeconds;
    private bool _isSwitched;

    /// <summary>Starts with QEMU's own limit, or the given one if that is lower.</summary>
    /// <param name="limitSeconds">The longest downtime (<c>maxDowntimeMs</c>), in seconds; KubeVirt's own default is 0.9.</param>
    /// <param name="options">The constants; by default KubeVirt's own.</param>
    public KubeVirtStallRule(double limitSeconds, KubeVirtStallOptions? options = null)
        : base(SwitchoverLimits.Check(limitSeconds))
    {
        _options = options ?? new KubeVirtStallOptions();
        _detector = new KubeVirtStallDetector(_options);
        _polls = new PollSchedule(_options.PollSeconds);
        var maxDowntimeMilliseconds = SwitchoverLimits.Milliseconds(limitSeconds);
        _maxDowntimeSeconds = SwitchoverLimits.Seconds(maxDowntimeMilliseconds);
        DowntimeLimitSeconds = SwitchoverLimits.Seconds(Math.Min(maxDowntimeMilliseconds, DefaultDowntimeLimitMilliseconds));
    }

    /// <inheritdoc/>
    public override string Name => "kubevirt-stall";

    /// <summary>What the last transfer would take by the smoothed bandwidth, in seconds; infinite without a bandwidth.</summary>
    private double EstimateSeconds => _bytesPerSecond > 0 ? _ramBytes / _bytesPerSecond : double.PositiveInfinity;

    /// <inheritdoc/>
    public override SwitchoverAction Steer(in PreCopyMoment moment)
    {
        if (double.IsNaN(_completionSeconds))
        {
            _completionSeconds = _options.CompletionTimeoutSecondsPerGiB * moment.TotalBytes / BytesPerGiB;
            _deadlineSeconds = _completionSeconds;
        }

        var action = SwitchoverAction.Wait;
        if (moment.IsSync)
        {
            _polls.Restart(moment.ElapsedSeconds);
            _ramBytes = moment.RamBytes;
            if (_bytesPerSecond > 0 && !_isSwitched && _detector.IsStalledAt(moment.ElapsedSeconds, _ramBytes))
            {
                action = ActOnStall(moment.ElapsedSeconds);
            }
        }
        else if (_polls.TryLook(moment.ElapsedSeconds))
        {
            var sample = moment.BytesPerSecond;
            _bytesPerSecond = _bytesPerSecond == 0 ? sample : (_options.EwmaAlpha * sample) + ((1 - _options.EwmaAlpha) * _bytesPerSecond);
        }
        else
        {
            return SwitchoverAction.Wait;
        }

        return action == SwitchoverAction.Wait ? ActOnDeadline(moment.ElapsedSeconds) : action;
    }

    private SwitchoverAction ActOnStall(double elapsedSeconds)
    {
        if ((_options.SearchLocalMinima && !_detector.IsAtMinimum(_ramBytes)) || !CanComplete(elapsedSeconds))
        {
            return SwitchoverAction.Wait;
        }

        if (_options.AllowWorkloadDisruption)
        {
            return Switch(elapsedSeconds, SwitchoverLimits.Seconds(MaximumDowntimeLimitMilliseconds));
        }

        return EstimateSeconds <= _options.PrecopyPossibleFactor * _maxDowntimeSeconds
            ? Switch(elapsedSeconds, _maxDowntimeSeconds)
            : SwitchoverAction.Abort;
    }

    private SwitchoverAction ActOnDeadline(double elapsedSeconds)
    {
        if (Math.Floor(elapsedSeconds) <= _deadlineSeconds)
        {
            return SwitchoverAction.Wait;
        }

        return !_isSwitched && _options.AllowWorkloadDisruption && CanComplete(elapsedSeconds)
            ? Switch(elapsedSeconds, SwitchoverLimits.Seconds(MaximumDowntimeLimitMilliseconds))
            : SwitchoverAction.Abort;
    }

    /// <summary>Whether the last transfer would end before the last deadline. If not, the link is thought broken.</summary>
    private bool CanComplete(double elapsedSeconds) =>
        EstimateSeconds <= Math.Floor(_options.CompletionTimeoutFactor * _completionSeconds) - Math.Floor(elapsedSeconds);

    private SwitchoverAction Switch(double elapsedSeconds, double downtimeLimitSeconds)
    {
        _isSwitched = true;
        DowntimeLimitSeconds = downtimeLimitSeconds;
        _deadlineSeconds = Math.Floor(elapsedSeconds) + _options.SwitchoverTimeoutSeconds;
        return SwitchoverAction.Wait;
    }
}
