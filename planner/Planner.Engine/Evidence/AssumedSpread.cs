namespace Planner.Engine;

/// <summary>Stands for what few samples have not shown yet.</summary>
/// <remarks>
/// The next sample exceeds the largest of n with probability 1 / (n + 1). While that is more than may be missed, a quantile of the samples is too low
/// however it is taken, so a value above the largest and, to leave the median where it is, one below the smallest are assumed. This claims nothing: it is
/// the model's guess, and the decision says how many values are assumed.
/// </remarks>
/// <param name="confidence">The confidence of the bound; in (0, 1).</param>
internal sealed class AssumedSpread(double confidence)
{
    // Of two arcs whose p99 is 1.3 times their median one exceeds the other by more than this with a probability of 8 %. A larger factor keeps a class
    // that accepts guesses from ever measuring a second time what it could well promise.
    private const double Factor = 1.25;

    /// <summary>The samples with what is assumed before them.</summary>
    /// <param name="measured">The samples, oldest first; at least one.</param>
    /// <returns>The values, and how many of the first are assumed.</returns>
    public (double[] Seconds, int Assumed) Of(double[] measured) =>
        1.0 / (measured.Length + 1) <= 1 - confidence + 1e-9
            ? (measured, 0)
            : ([measured.Min() / Factor, measured.Max() * Factor, .. measured], 2);
}
