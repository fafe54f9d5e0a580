namespace Planner.Estimators;

/// <summary>Ranks of the upper bound of one quantile for changing numbers of samples.</summary>
/// <remarks>The terms of a blackout mostly have about as many samples as the one before, so the last answer is where the search starts.</remarks>
internal sealed class UpperRankTable(double tail, double error)
{
    private int _samples = -1;
    private int _rank;

    /// <summary>The fewest samples that support the bound.</summary>
    public int Need { get; } = OrderStatistics.RequiredSamples(tail, error);

    /// <summary>The bound; NaN if there are too few samples.</summary>
    public double UpperBound(ReadOnlySpan<double> sorted)
    {
        if (sorted.Length < Need)
        {
            return double.NaN;
        }

        if (sorted.Length != _samples)
        {
            _rank = OrderStatistics.UpperRank(sorted.Length, tail, error, Math.Abs(sorted.Length - _samples) < 8 ? _rank : 0);
            _samples = sorted.Length;
        }

        return sorted[_rank - 1];
    }
}
