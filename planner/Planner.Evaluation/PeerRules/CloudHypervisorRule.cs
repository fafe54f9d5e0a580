using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Cloud Hypervisor's rule: between two iterations, bytes of the next one over the bandwidth of the last transfer.</summary>
/// <remarks>
/// Cloud Hypervisor v53, <c>is_precopy_converged</c> (ae44c297 of August 2026): stop if nothing is left or the estimate is within the downtime;
/// at the timeout cancel. The first iteration has no estimate. The bytes are memory alone: device state, vCPUs and the receiver are left out.
/// The time of a transfer is here the time between two dirty syncs, so it holds the sync itself.
/// </remarks>
internal sealed class CloudHypervisorRule : ISwitchoverRule
{
    private readonly double _limitSeconds;
    private readonly CloudHypervisorOptions _options;
    private double _iterationSeconds;
    private double _sentBytes;

    /// <summary>Starts before the first iteration.</summary>
    /// <param name="limitSeconds">The downtime (<c>downtime_ms</c>), in seconds; Cloud Hypervisor's own default is 0.3.</param>
    /// <param name="options">The timeout; by default Cloud Hypervisor's own.</param>
    public CloudHypervisorRule(double limitSeconds, CloudHypervisorOptions? options = null)
    {
        _limitSeconds = SwitchoverLimits.Check(limitSeconds);
        _options = options ?? new CloudHypervisorOptions();
    }

    /// <inheritdoc/>
    public string Name => "cloud-hypervisor";

    /// <inheritdoc/>
    public double ExactBelowBytes => 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The sync lies before the last one.</exception>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!moment.IsSync)
        {
            return SwitchoverAction.Wait;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(moment.ElapsedSeconds, _iterationSeconds, nameof(moment));
        var transferSeconds = moment.ElapsedSeconds - _iterationSeconds;
        var bytesPerSecond = transferSeconds > 0 ? (moment.SentBytes - _sentBytes) / transferSeconds : 0;
        _iterationSeconds = moment.ElapsedSeconds;
        _sentBytes = moment.SentBytes;

        if (moment.RamBytes == 0 || (bytesPerSecond > 0 && moment.RamBytes / bytesPerSecond <= _limitSeconds))
        {
            return SwitchoverAction.Commit;
        }

        if (moment.ElapsedSeconds >= _options.TimeoutSeconds)
        {
            return _options.CommitsAtTimeout ? SwitchoverAction.Commit : SwitchoverAction.Abort;
        }

        return SwitchoverAction.Wait;
    }
}
