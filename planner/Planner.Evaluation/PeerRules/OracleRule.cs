using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Knows how long the blackout would be and takes the first moment that fits: what no rule can beat in time without breaking the limit.</summary>
/// <remarks>For simulation and replay. Beside a living migration nobody knows the blackout, and it waits for ever.</remarks>
/// <param name="limitSeconds">The limit of the blackout, in seconds.</param>
internal sealed class OracleRule(double limitSeconds) : ISwitchoverRule
{
    private readonly double _limitSeconds = SwitchoverLimits.Check(limitSeconds);

    /// <inheritdoc/>
    public string Name => "oracle";

    /// <inheritdoc/>
    public double ExactBelowBytes => 0;

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment) =>
        moment.TrueBlackoutSeconds <= _limitSeconds ? SwitchoverAction.Commit : SwitchoverAction.Wait;
}
