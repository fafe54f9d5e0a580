namespace Planner.Estimators;

/// <summary>The learned model against one simple estimator, at one quantile, on groups that neither was fitted to.</summary>
/// <param name="Against">The simple estimator.</param>
/// <param name="Level">The quantile; in (0, 1).</param>
/// <param name="LearnedLoss">The learned model's mean pinball loss of ln seconds, every group counting alike.</param>
/// <param name="SimpleLoss">The simple estimator's.</param>
/// <param name="ErrorProbability">The probability of a difference this large in the learned model's favour if neither were better.</param>
public sealed record ColdStartComparison(string Against, double Level, double LearnedLoss, double SimpleLoss, double ErrorProbability);
