namespace Planner.Policies;

/// <summary>Past blackouts that grow one by one, of which every snapshot sees as many as there were at its time.</summary>
/// <remarks>The oldest are let go many at once, since what is learned from scores in their order then has to be learned again from what is left: a
/// snapshot must give the same decision to whoever reads it.</remarks>
internal sealed class BlackoutList
{
    private readonly int _kept;
    private PastBlackout[] _blackouts;
    private int _count;

    /// <summary>Starts with the blackouts of a snapshot, oldest first.</summary>
    /// <param name="blackouts">The blackouts.</param>
    /// <param name="least">How many are kept, or as many as there are in the beginning if these are more.</param>
    /// <param name="spare">How many more there may be before the oldest are let go.</param>
    public BlackoutList(IReadOnlyList<PastBlackout> blackouts, int least, int spare)
    {
        _kept = Math.Max(least, blackouts.Count);
        _blackouts = new PastBlackout[_kept + spare];
        _count = blackouts.Count;
        for (var i = 0; i < _count; i++)
        {
            _blackouts[i] = blackouts[i];
        }
    }

    /// <summary>What there is now; later additions do not show in it.</summary>
    public IReadOnlyList<PastBlackout> Now => new ArraySegment<PastBlackout>(_blackouts, 0, _count);

    /// <summary>Adds the newest.</summary>
    /// <returns>Whether the oldest were let go.</returns>
    public bool Add(PastBlackout blackout)
    {
        _blackouts[_count++] = blackout;
        if (_count < _blackouts.Length)
        {
            return false;
        }

        // A new array: earlier snapshots look at the old one.
        var latest = new PastBlackout[_blackouts.Length];
        _blackouts.AsSpan(_count - _kept).CopyTo(latest);
        (_blackouts, _count) = (latest, _kept);
        return true;
    }
}
