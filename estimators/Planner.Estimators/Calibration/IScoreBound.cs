namespace Planner.Estimators;

/// <summary>An upper bound of the next score of a series, from the scores before it. A score is a positive number whose size should not
/// depend on what is predicted, such as actual / predicted.</summary>
public interface IScoreBound
{
    /// <summary>The number of scores behind the bound.</summary>
    int Count { get; }

    /// <summary>Whether the series has just changed, so that the bound rests on few scores and is wider for it.</summary>
    bool IsRecalibrating { get; }

    /// <summary>The bound that the next score should exceed with at most this probability.</summary>
    /// <param name="allowedMisses">The allowed share of misses a; in (0, 1).</param>
    /// <returns>A finite positive score; NaN with fewer than 1/a - 1 scores, or where scores that were cut off lie at the rank asked for.</returns>
    double ScoreBound(double allowedMisses);

    /// <summary>Whether the bound is only the largest score it knows, although the level asked for lies beyond that.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1).</param>
    bool IsClipped(double allowedMisses);

    /// <summary>Takes the next score, after its bound was used.</summary>
    /// <param name="score">The score; positive. Infinity where what was predicted was cut off before its end: it ranks above all others.</param>
    void Update(double score);
}
