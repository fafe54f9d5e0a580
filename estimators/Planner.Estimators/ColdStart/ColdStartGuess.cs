namespace Planner.Estimators;

/// <summary>What a learned model guesses for a blackout.</summary>
/// <param name="P50Seconds">The median in seconds.</param>
/// <param name="BoundSeconds">The bound at the asked confidence in seconds; NaN if the model's margin does not support it.</param>
public readonly record struct ColdStartGuess(double P50Seconds, double BoundSeconds);
