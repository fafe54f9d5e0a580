namespace Planner.Service;

/// <summary>When a migration will be over, from how long such migrations took. The range narrows by itself, and widens only with a reason that is told.</summary>
internal sealed class MigrationEta
{
    private const int LeastPast = 3;
    private const double Widening = 1.5;

    private readonly int _count;
    private double _p50;
    private double _p95;

    /// <summary>Begins with what is known.</summary>
    /// <param name="pastSeconds">How long migrations like it took.</param>
    /// <param name="withinSeconds">The time that its class gives it; null for none.</param>
    public MigrationEta(IEnumerable<double> pastSeconds, double? withinSeconds)
    {
        double[] sorted = [.. pastSeconds.Order()];
        _count = sorted.Length;
        if (sorted.Length >= LeastPast)
        {
            (_p50, _p95) = (sorted[sorted.Length / 2], sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(0.95 * sorted.Length))]);
        }
        else if (withinSeconds is { } within)
        {
            (_p50, _p95) = (within / 2, within);
        }
    }

    /// <summary>Why the range was widened; null if it was not.</summary>
    public string? Cause { get; private set; }

    /// <summary>The range at a moment.</summary>
    /// <param name="elapsedSeconds">How long it has run; never less than at the call before.</param>
    /// <returns>Null if nothing is known.</returns>
    public EtaSeconds? At(double elapsedSeconds)
    {
        if (_p95 <= 0)
        {
            return null;
        }

        if (elapsedSeconds >= _p95)
        {
            Cause = _count >= LeastPast
                ? $"slow: it has taken longer than 19 of 20 of the {_count} migrations before it"
                : "slow: it has taken longer than its class gives it";
            _p95 = elapsedSeconds * Widening;
        }

        // What should have been over by half is over at half of what is left.
        _p50 = elapsedSeconds < _p50 ? _p50 : elapsedSeconds + ((_p95 - elapsedSeconds) / 2);
        return new EtaSeconds(_p50 - elapsedSeconds, _p95 - elapsedSeconds);
    }
}
