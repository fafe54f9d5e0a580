namespace Planner.Policies;

/// <summary>A past blackout beside the model's point prediction for it.</summary>
/// <param name="PredictedSeconds">The prediction at the decision, in seconds; above 0.</param>
/// <param name="ActualSeconds">What happened, in seconds; at least 0.</param>
public sealed record PastBlackout(double PredictedSeconds, double ActualSeconds);
