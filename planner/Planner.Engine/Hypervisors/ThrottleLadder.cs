namespace Planner.Engine;

/// <summary>Chooses how much a guest is slowed down: as little as should do, and more only if that was not enough.</summary>
/// <param name="floorBytesPerSecond">The lowest dirty rate that the policy allows; null if the guest may not be limited.</param>
internal sealed class ThrottleLadder(double? floorBytesPerSecond)
{
    // A hypervisor slows down after two passes, and what it does has to be seen before more is asked for.
    private const double SettleSeconds = 3;
    private const int StepPercent = 10;
    private const int MostPercent = 99;

    private double _changedAt = double.NegativeInfinity;
    private double _unlimitedBytesPerSecond = double.NaN;
    private int _percent;

    /// <summary>The next step.</summary>
    /// <param name="elapsedSeconds">Now, in seconds since the migration began.</param>
    /// <param name="limitBytesPerSecond">The dirty rate that should do.</param>
    /// <param name="dirtyBytesPerSecond">What the guest writes now; NaN if that is not known.</param>
    /// <returns>The percentage to set; null to leave it.</returns>
    public int? Next(double elapsedSeconds, double limitBytesPerSecond, double dirtyBytesPerSecond)
    {
        if (floorBytesPerSecond is not { } floor || elapsedSeconds < _changedAt + SettleSeconds || !(dirtyBytesPerSecond > 0))
        {
            return null;
        }

        _unlimitedBytesPerSecond = double.IsNaN(_unlimitedBytesPerSecond) ? dirtyBytesPerSecond : _unlimitedBytesPerSecond;
        var most = (int)Math.Clamp(Math.Floor(100 * (1 - (floor / _unlimitedBytesPerSecond))), 0, MostPercent);
        var wanted = (int)Math.Ceiling(100 * (1 - (limitBytesPerSecond / _unlimitedBytesPerSecond)));
        var next = Math.Min(most, Math.Max(wanted, _percent > 0 ? _percent + StepPercent : 0));
        if (next <= _percent)
        {
            return null;
        }

        (_percent, _changedAt) = (next, elapsedSeconds);
        return next;
    }
}
