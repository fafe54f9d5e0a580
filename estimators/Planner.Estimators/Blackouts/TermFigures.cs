namespace Planner.Estimators;

/// <summary>The figures of one term, in the unit of its kind.</summary>
/// <param name="Samples">The number of samples.</param>
/// <param name="Median">The median; NaN without samples.</param>
/// <param name="Bound">The upper bound at the term's part of the allowed misses and of the error probability; NaN if there are too few samples.</param>
/// <param name="Largest">The largest sample; NaN without samples.</param>
public readonly record struct TermFigures(int Samples, double Median, double Bound, double Largest);
