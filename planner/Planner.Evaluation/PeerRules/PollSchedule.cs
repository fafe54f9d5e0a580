namespace Planner.Evaluation;

/// <summary>Tells at which moments a program that looks every so often would look.</summary>
/// <remarks>A look that falls between two moments is made at the later one. The looks after it are not delayed by that.</remarks>
/// <param name="intervalSeconds">Seconds between two looks; the first is one interval after the pre-copy began.</param>
internal sealed class PollSchedule(double intervalSeconds)
{
    /// <summary>How far a sum of intervals may be off by rounding, in seconds.</summary>
    public const double RoundingSeconds = 1e-9;

    private double _lastSeconds;

    /// <summary>Seconds between two looks. A change holds from the last look on.</summary>
    public double IntervalSeconds { get; set; } = intervalSeconds;

    /// <summary>Whether a look is due at this moment. If so it counts as made.</summary>
    /// <param name="elapsedSeconds">Seconds since the pre-copy began.</param>
    public bool TryLook(double elapsedSeconds)
    {
        if (elapsedSeconds < _lastSeconds + IntervalSeconds - RoundingSeconds)
        {
            return false;
        }

        _lastSeconds += IntervalSeconds;
        if (elapsedSeconds >= _lastSeconds + IntervalSeconds)
        {
            _lastSeconds = elapsedSeconds;
        }

        return true;
    }

    /// <summary>Starts the interval anew.</summary>
    /// <param name="elapsedSeconds">Seconds since the pre-copy began.</param>
    public void Restart(double elapsedSeconds) => _lastSeconds = elapsedSeconds;
}
