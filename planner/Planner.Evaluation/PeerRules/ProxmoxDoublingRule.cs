using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Proxmox's rule: QEMU's downtime-limit is doubled whenever the memory left was seen to grow for the sixth time, without regard to any SLA.</summary>
/// <remarks>
/// Proxmox qemu-server e6352be6 of August 2026, QemuMigrate.pm, phase2. It looks every second, and every 0.1 s once the memory left is
/// less than the mean sent between two looks; it does not go back. A look at which nothing was sent since the last is passed over.
/// </remarks>
internal sealed class ProxmoxDoublingRule : QemuBasedRule
{
    /// <summary>Proxmox's own <c>migrate_downtime</c>, in seconds; the rule starts with the limit it is given instead.</summary>
    public const double DefaultDowntimeSeconds = 0.1;

    /// <summary>Seconds between two looks at first.</summary>
    public const double PollSeconds = 1;

    /// <summary>Seconds between two looks near the end.</summary>
    public const double FastPollSeconds = 0.1;

    /// <summary>At which look without progress the limit is doubled.</summary>
    public const int LooksToDouble = 6;

    private readonly PollSchedule _polls = new(PollSeconds);
    private double _downtimeMilliseconds;
    private double _sentBytes;
    private double _ramBytes;
    private int _looks;
    private int _looksWithoutProgress;

    /// <summary>Starts with the limit.</summary>
    /// <param name="limitSeconds">What <c>migrate_downtime</c> is set to, in seconds.</param>
    public ProxmoxDoublingRule(double limitSeconds)
        : base(SwitchoverLimits.Check(limitSeconds))
    {
        _downtimeMilliseconds = SwitchoverLimits.Milliseconds(limitSeconds);
        DowntimeLimitSeconds = SwitchoverLimits.Seconds(_downtimeMilliseconds);
    }

    /// <inheritdoc/>
    public override string Name => "proxmox";

    /// <inheritdoc/>
    public override SwitchoverAction Steer(in PreCopyMoment moment)
    {
        if (_polls.TryLook(moment.ElapsedSeconds))
        {
            _looks++;
            if (moment.SentBytes != _sentBytes)
            {
                Look(moment);
                _sentBytes = moment.SentBytes;
            }
        }

        return SwitchoverAction.Wait;
    }

    private void Look(in PreCopyMoment moment)
    {
        // What was sent up to the last look is divided by the number of looks with this one: the mean is a little low, as it is in Proxmox.
        if (moment.RamBytes < _sentBytes / _looks)
        {
            _polls.IntervalSeconds = FastPollSeconds;
        }

        if (moment.RamBytes == 0 || (_ramBytes > 0 && moment.RamBytes > _ramBytes))
        {
            _looksWithoutProgress++;
        }

        _ramBytes = moment.RamBytes;
        if (_looksWithoutProgress >= LooksToDouble)
        {
            _looksWithoutProgress = 0;
            _downtimeMilliseconds = Math.Min(2 * _downtimeMilliseconds, MaximumDowntimeLimitMilliseconds);
            DowntimeLimitSeconds = SwitchoverLimits.Seconds(_downtimeMilliseconds);
        }
    }
}
