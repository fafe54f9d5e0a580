namespace Planner.Estimators;

/// <summary>Whether a learned model may be used, and why.</summary>
/// <param name="IsAccepted">Whether it is better than every simple estimator at every quantile, with the stated error probability.</param>
/// <param name="Reason">One sentence with the figures.</param>
/// <param name="Comparisons">The comparisons; none if there were too few examples to compare.</param>
public sealed record ColdStartJudgement(bool IsAccepted, string Reason, IReadOnlyList<ColdStartComparison> Comparisons);
