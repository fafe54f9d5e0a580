using Planner.Estimators;

namespace Planner.Evidence;

/// <summary>Past blackouts of one kind that come one by one, each told to the calibration once.</summary>
/// <remarks>The latest <see cref="SampleWindow.DefaultCapacity"/> are kept, and up to <see cref="BlackoutScores.Spare"/> more. The oldest are let go many
/// at once, since what is learned from scores in their order then has to be learned again from what is left: what is seen at a moment must give the same
/// decision to whoever reads it. Not for use by several threads at once.</remarks>
internal sealed class BlackoutHistory
{
    private const int Kept = SampleWindow.DefaultCapacity;
    private const int FirstRoom = 64;

    private readonly BlackoutScores _scores = new([]);

    // Views look at the front of it, which is never written again.
    private PastBlackout[] _blackouts = new PastBlackout[FirstRoom];
    private int _count;
    private PastBlackouts _now = PastBlackouts.None;

    /// <summary>Adds the newest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It cannot be.</exception>
    public void Add(PastBlackout blackout)
    {
        if (_count == _blackouts.Length)
        {
            Array.Resize(ref _blackouts, Math.Min(2 * _count, Kept + BlackoutScores.Spare));
        }

        _blackouts[_count++] = blackout.Checked();
        if (_count < Kept + BlackoutScores.Spare)
        {
            _scores.Add(blackout.Score);
            return;
        }

        var latest = new PastBlackout[_count];
        _blackouts.AsSpan(_count - Kept).CopyTo(latest);
        (_blackouts, _count) = (latest, Kept);
        _scores.StartAgain([.. latest.Take(Kept).Select(b => b.Score)]);
    }

    /// <summary>What there is now, made ready for decisions; later additions do not show in it.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1). Another one than the last time costs telling all scores again.</param>
    public PastBlackouts Now(double allowedMisses)
    {
        var table = _scores.Build(allowedMisses);
        return _now = _now.IsOf(table) ? _now : new PastBlackouts(new ArraySegment<PastBlackout>(_blackouts, 0, _count), allowedMisses, table);
    }
}
