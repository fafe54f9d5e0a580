using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Nova's rule: QEMU's downtime-limit grows by equal steps to the full downtime, and at the completion timeout the migration is aborted.</summary>
/// <remarks>
/// Nova 00a03040 of August 2026, <c>downtime_steps</c> and <c>update_downtime</c>. With the downtime D in milliseconds, base = D/n and
/// offset = (D - base)/n; step i of 0..n sets int(base + i offset), once more than i int(delay x GiB) seconds have passed. So D = 500 gives
/// 50, 95, .. 500. A D below 100 counts as 100. Step 0 holds from the beginning: Nova's clock runs before the pre-copy does.
/// </remarks>
internal sealed class NovaStepsRule : QemuBasedRule
{
    private const double BytesPerGiB = 1 << 30;

    private readonly NovaStepsOptions _options;
    private readonly PollSchedule _polls = new(NovaStepsOptions.PollSeconds);
    private readonly double _baseMilliseconds;
    private readonly double _offsetMilliseconds;

    /// <summary>Starts at step 0.</summary>
    /// <param name="limitSeconds">The downtime D, in seconds; Nova's own default is 0.5.</param>
    /// <param name="options">The steps; by default Nova's own.</param>
    public NovaStepsRule(double limitSeconds, NovaStepsOptions? options = null)
        : base(SwitchoverLimits.Check(limitSeconds))
    {
        _options = options ?? new NovaStepsOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Steps, 1);
        double downtimeMilliseconds = Math.Max(SwitchoverLimits.Milliseconds(limitSeconds), NovaStepsOptions.SmallestDowntimeMilliseconds);
        _baseMilliseconds = downtimeMilliseconds / _options.Steps;
        _offsetMilliseconds = (downtimeMilliseconds - _baseMilliseconds) / _options.Steps;
        TakeStep(0);
    }

    /// <inheritdoc/>
    public override string Name => "nova";

    /// <inheritdoc/>
    public override SwitchoverAction Steer(in PreCopyMoment moment)
    {
        if (!_polls.TryLook(moment.ElapsedSeconds))
        {
            return SwitchoverAction.Wait;
        }

        var dataGiB = Math.Max(moment.TotalBytes / BytesPerGiB, NovaStepsOptions.SmallestMemoryGiB) + _options.DiskGiB;
        if (moment.ElapsedSeconds > Math.Floor(_options.CompletionTimeoutSecondsPerGiB * dataGiB))
        {
            return SwitchoverAction.Abort;
        }

        var delaySeconds = Math.Floor(_options.DelaySecondsPerGiB * dataGiB);
        var step = 0;
        while (step < _options.Steps && moment.ElapsedSeconds > (step + 1) * delaySeconds)
        {
            step++;
        }

        TakeStep(step);
        return SwitchoverAction.Wait;
    }

    private void TakeStep(int step) => DowntimeLimitSeconds = SwitchoverLimits.Seconds(Math.Floor(_baseMilliseconds + (_offsetMilliseconds * step)));
}
