namespace Planner.Evidence;

/// <summary>A past blackout beside the model's point prediction for it.</summary>
/// <param name="PredictedSeconds">The prediction at the decision, in seconds; above 0.</param>
/// <param name="ActualSeconds">What happened, as far as it came, in seconds; above 0, since no guest stops and runs again in no time.</param>
public sealed record PastBlackout(double PredictedSeconds, double ActualSeconds)
{
    /// <summary>Whether it was rehearsed, with no promise at stake, rather than committed.</summary>
    public bool Rehearsed { get; init; }

    /// <summary>Whether the switchover failed or was given up after so long, so that nobody knows how long it would have been.</summary>
    public bool CutOff { get; init; }

    /// <summary>What is calibrated on: how much longer than predicted it was. What was cut off ranks above all others.</summary>
    internal double Score => CutOff ? double.PositiveInfinity : ActualSeconds / PredictedSeconds;

    /// <exception cref="ArgumentOutOfRangeException">It cannot be.</exception>
    internal PastBlackout Checked() => PredictedSeconds > 0 && ActualSeconds > 0 && double.IsFinite(PredictedSeconds) && double.IsFinite(ActualSeconds)
        ? this
        : throw new ArgumentOutOfRangeException(nameof(PredictedSeconds), this, "a blackout and its prediction are above 0 and finite");
}
