namespace Planner.Estimators;

/// <summary>Steers the level that a bound asks for, so that the share of misses comes out as allowed.</summary>
/// <remarks>
/// Adaptive conformal inference (Gibbs and Candès, NeurIPS 2021) on the logarithm of the level: the level asked for is a exp(-c), and after each
/// score c grows by gain (missed - a). Unlike the additive rule, the level never leaves (0, 1) on the side that matters, so the bound can
/// stay finite at any c. The second part, a sum of misses that fades, makes it the proportional and integral parts of a controller (Angelopoulos,
/// Candès and Tibshirani, Conformal PID Control for Time Series Prediction, NeurIPS 2023).
/// What stays of the guarantee, for any series whatever: misses / T &lt;= a + (C + gain) / (gain T), where C is the correction from which on
/// the bound exceeds every score that comes. The other side is given up at <see cref="LowestIntegral"/>.
/// </remarks>
internal sealed class MissFeedback
{
    /// <summary>A calm series may lower the bound no further than to 7.4 times the allowed misses: otherwise the first noise after years of
    /// calm would be missed until the sum has come back.</summary>
    private const double LowestIntegral = -2;

    private readonly double _allowed;
    private readonly double _integralGain;
    private readonly double _burstGain;
    private readonly double _memory;
    private double _integral;
    private double _recentMisses;

    public MissFeedback(AdaptiveConformalOptions options)
    {
        _allowed = options.AllowedMisses;
        _integralGain = options.IntegralGain;
        _burstGain = options.BurstGain;
        _memory = 0.5 / options.AllowedMisses;
        _recentMisses = _allowed * _memory;
    }

    /// <summary>What to subtract from the logarithm of the level asked for; 0 as long as misses come as expected.</summary>
    public double Correction => _integral + _burstGain * (_recentMisses - _allowed * _memory);

    /// <summary>Forgets the latest misses, which something else explains. The sum of all of them, which the guarantee rests on, stays.</summary>
    public void ForgetBurst() => _recentMisses = _allowed * _memory;

    /// <summary>Takes whether the score exceeded its bound.</summary>
    public void Update(bool missed)
    {
        var miss = missed ? 1 : 0;
        _integral = Math.Max(LowestIntegral, _integral + _integralGain * (miss - _allowed));
        _recentMisses += miss - _recentMisses / _memory;
    }
}
