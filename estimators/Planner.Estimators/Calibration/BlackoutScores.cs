namespace Planner.Estimators;

/// <summary>The scores actual / predicted of past blackouts, the latest of them.</summary>
public sealed class BlackoutScores
{
    private readonly SampleWindow _scores;
    private ScoreTable? _table;

    /// <summary>Starts with past scores, oldest first.</summary>
    /// <param name="scores">Scores; each at least 0.</param>
    public BlackoutScores(IReadOnlyList<double> scores) => _scores = SampleWindow.From(scores);

    /// <summary>Adds the score of the newest blackout.</summary>
    /// <param name="score">Actual / predicted; at least 0.</param>
    public void Add(double score)
    {
        _scores.Add(score);
        _table = null;
    }

    /// <summary>Makes the scores ready for decisions.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1), and the same every time.</param>
    public ScoreTable Build(double allowedMisses) => _table ??= new ScoreTable(_scores.Sorted, allowedMisses, _scores.Median);
}
