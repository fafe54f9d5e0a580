namespace Planner.Evidence;

/// <summary>A past blackout beside the model's point prediction for it.</summary>
/// <param name="PredictedSeconds">The prediction at the decision, in seconds; above 0.</param>
/// <param name="ActualSeconds">What happened, in seconds; above 0, since no guest stops and runs again in no time.</param>
public sealed record PastBlackout(double PredictedSeconds, double ActualSeconds)
{
    /// <summary>What is calibrated on: how much longer than predicted it was.</summary>
    internal double Score => ActualSeconds / PredictedSeconds;

    /// <exception cref="ArgumentOutOfRangeException">It cannot be.</exception>
    internal PastBlackout Checked() => PredictedSeconds > 0 && ActualSeconds > 0 && double.IsFinite(PredictedSeconds) && double.IsFinite(ActualSeconds)
        ? this
        : throw new ArgumentOutOfRangeException(nameof(PredictedSeconds), this, "a blackout and its prediction are above 0 and finite");
}
