namespace Planner.Evaluation;

/// <summary>QEMU alone: bytes left below bandwidth x limit (QEMU up to 11.0).</summary>
/// <param name="limitSeconds">The downtime-limit, in seconds.</param>
internal sealed class QemuThresholdRule(double limitSeconds) : QemuBasedRule(SwitchoverLimits.Check(limitSeconds))
{
    /// <inheritdoc/>
    public override string Name => "qemu";
}
