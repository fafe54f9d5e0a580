namespace Planner.Evaluation;

/// <summary>QEMU's rule with a fifth of the limit kept for what the formula leaves out: what an operator does who has been missed by a little.</summary>
/// <param name="limitSeconds">The limit of the blackout, in seconds.</param>
internal sealed class FixedMarginRule(double limitSeconds) : QemuBasedRule(SwitchoverLimits.Check(limitSeconds) * ShareOfLimit)
{
    /// <summary>The share of the limit that QEMU is told.</summary>
    public const double ShareOfLimit = 0.8;

    /// <inheritdoc/>
    public override string Name => "margin-20";
}
