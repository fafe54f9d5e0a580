namespace Planner.Engine;

/// <summary>Chooses how much a guest is slowed down: as little as should do, and more only if that was not enough.</summary>
/// <remarks>The share of time that is left to the guest is cut in proportion to what it writes, at most by half at once. A pause that the slowing
/// makes is never longer than the blackout limit: else the guest would stand still for longer than what it is slowed down for.</remarks>
/// <param name="floorBytesPerSecond">The lowest dirty rate that the policy allows; null if the guest may not be limited.</param>
/// <param name="limitSeconds">The blackout limit; null for none.</param>
/// <param name="sliceSeconds">How long the guest runs between two pauses; 0 if that is not known.</param>
internal sealed class ThrottleLadder(double? floorBytesPerSecond, double? limitSeconds, double sliceSeconds)
{
    // A hypervisor slows down after two passes, and what it does has to be seen before more is asked for.
    private const double SettleSeconds = 3;
    private const double LeastAtOnce = 0.5;
    private const int MostPercent = 99;

    private double _changedAt = double.NegativeInfinity;
    private int _percent;

    /// <summary>The most that may be taken, in percent.</summary>
    public int Most { get; } = limitSeconds is { } limit && sliceSeconds > 0
        ? (int)Math.Clamp(Math.Floor(100 * limit / (limit + sliceSeconds)), 0, MostPercent)
        : MostPercent;

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

        // A guest within its limit that still does not come to rest needs one step more.
        var factor = Math.Max(Math.Max(limitBytesPerSecond, floor) / dirtyBytesPerSecond, LeastAtOnce);
        var left = Math.Min((100 - _percent) * factor, 99 - _percent);
        var next = (int)Math.Min(Math.Ceiling(100 - left), Most);
        if (next <= _percent || dirtyBytesPerSecond <= floor)
        {
            return null;
        }

        (_percent, _changedAt) = (next, elapsedSeconds);
        return next;
    }
}
