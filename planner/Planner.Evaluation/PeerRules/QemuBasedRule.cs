using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>QEMU's decision, and what a system above QEMU does beside it: it changes QEMU's downtime-limit or cancels.</summary>
/// <remarks>
/// QEMU up to 11.0, <c>migration_update_counters</c> and <c>migration_iteration_run</c>: every 100 ms or more the bandwidth is measured and the
/// threshold becomes bandwidth x downtime-limit. While what is known to be unsent, memory and VFIO state, is below the threshold, QEMU counts
/// exactly; if the exact count is below it too, or 0, the guest is stopped. The first round is no exception. Arcs are not in the formula.
/// A change of downtime-limit therefore holds from the next measured window on. At one and the same sync QEMU decides first: what stands above it
/// hears of the sync by an event.
/// </remarks>
public abstract class QemuBasedRule : ISwitchoverRule
{
    /// <summary>QEMU's own downtime-limit, in milliseconds (QEMU up to 11.0).</summary>
    public const int DefaultDowntimeLimitMilliseconds = 300;

    /// <summary>The largest downtime-limit that QEMU takes, in milliseconds (QEMU up to 11.0).</summary>
    public const int MaximumDowntimeLimitMilliseconds = 2_000_000;

    /// <summary>The shortest window that bandwidth is measured over, in seconds (QEMU up to 11.0, BUFFER_DELAY).</summary>
    public const double BandwidthWindowSeconds = 0.1;

    private double _elapsedSeconds;
    private double _windowEndSeconds;
    private bool _isBandwidthKnown;

    /// <summary>Starts with a downtime-limit.</summary>
    /// <param name="downtimeLimitSeconds">QEMU's downtime-limit, in seconds.</param>
    private protected QemuBasedRule(double downtimeLimitSeconds) => DowntimeLimitSeconds = downtimeLimitSeconds;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>What QEMU's downtime-limit is set to at present, in seconds. It may be above the limit that the rule was given.</summary>
    public double DowntimeLimitSeconds { get; private protected set; }

    /// <inheritdoc/>
    public double ExactBelowBytes { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The moment lies before the last one.</exception>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moment.ElapsedSeconds, _elapsedSeconds, nameof(moment));
        _elapsedSeconds = moment.ElapsedSeconds;
        Measure(moment);
        return IsBelowThreshold(moment) ? SwitchoverAction.Commit : Steer(moment);
    }

    /// <summary>What the system above QEMU does at a moment at which QEMU does not stop the guest: it may change <see cref="DowntimeLimitSeconds"/>.</summary>
    /// <remarks><see cref="Consider"/> asks for it; beside a real QEMU, which decides itself, it is called alone.</remarks>
    public virtual SwitchoverAction Steer(in PreCopyMoment moment) => SwitchoverAction.Wait;

    private void Measure(in PreCopyMoment moment)
    {
        _isBandwidthKnown |= moment.BytesPerSecond > 0;
        if (_isBandwidthKnown && moment.ElapsedSeconds >= _windowEndSeconds - PollSchedule.RoundingSeconds)
        {
            ExactBelowBytes = moment.BytesPerSecond * DowntimeLimitSeconds;
            _windowEndSeconds = moment.ElapsedSeconds + BandwidthWindowSeconds;
        }
    }

    private bool IsBelowThreshold(in PreCopyMoment moment)
    {
        var pendingBytes = moment.RamBytes + moment.StateBytes;
        return moment.IsSync && _isBandwidthKnown && (pendingBytes < ExactBelowBytes || pendingBytes == 0);
    }
}
