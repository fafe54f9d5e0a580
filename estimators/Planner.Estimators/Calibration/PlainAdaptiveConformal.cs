namespace Planner.Estimators;

/// <summary>Adaptive conformal inference as published, on raw scores: what <see cref="AdaptiveConformal"/> is measured against.</summary>
/// <remarks>Gibbs and Candès, NeurIPS 2021: the bound is the quantile 1 - level of the latest 500 scores, and after each score the level moves by
/// 0.005 (a - missed). Where the level asks beyond the largest score, the bound is clipped to that score.</remarks>
public sealed class PlainAdaptiveConformal : IScoreBound
{
    private const int Window = 500;
    private const double Gain = 0.005;

    private readonly double _allowedMisses;
    private readonly SampleWindow _scores = new(Window);
    private double _level;

    /// <summary>Starts without scores. The level starts to move when the window is full.</summary>
    /// <param name="allowedMisses">The share of misses a that the bound steers to; in (0, 1).</param>
    public PlainAdaptiveConformal(double allowedMisses) => _level = _allowedMisses = allowedMisses;

    /// <inheritdoc/>
    public int Count => _scores.Count;

    /// <inheritdoc/>
    public bool IsRecalibrating => false;

    /// <inheritdoc/>
    public double ScoreBound(double allowedMisses)
    {
        if (_scores.Count < ScoreTable.RequiredScores(allowedMisses))
        {
            return double.NaN;
        }

        return _scores.Sorted[Math.Clamp(Rank(allowedMisses), 1, _scores.Count) - 1];
    }

    /// <inheritdoc/>
    public bool IsClipped(double allowedMisses) => Rank(allowedMisses) > _scores.Count;

    /// <inheritdoc/>
    public void Update(double score)
    {
        if (_scores.Count == Window)
        {
            _level += Gain * (_allowedMisses - (score > ScoreBound(_allowedMisses) ? 1 : 0));
        }

        _scores.Add(Math.Min(score, double.MaxValue));
    }

    private int Rank(double allowedMisses)
    {
        var level = Math.Clamp(allowedMisses + _level - _allowedMisses, 0, 1);
        return (int)Math.Ceiling((_scores.Count + 1) * (1 - level) - 1e-9);
    }
}
