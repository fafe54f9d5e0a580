using System.Collections;
using Planner.Estimators;

namespace Planner.Evidence;

/// <summary>Past blackouts of one kind, oldest first, and what their scores say about the next one. Immutable.</summary>
public sealed class PastBlackouts : IReadOnlyList<PastBlackout>
{
    private readonly ArraySegment<PastBlackout> _blackouts;
    private readonly double _allowedMisses;
    private readonly ScoreTable? _table;

    internal PastBlackouts(ArraySegment<PastBlackout> blackouts, double allowedMisses = double.NaN, ScoreTable? table = null) =>
        (_blackouts, _allowedMisses, _table) = (blackouts, allowedMisses, table);

    /// <summary>No blackouts.</summary>
    public static PastBlackouts None { get; } = new(Array.Empty<PastBlackout>());

    /// <inheritdoc/>
    public int Count => _blackouts.Count;

    /// <inheritdoc/>
    public PastBlackout this[int index] => _blackouts[index];

    /// <summary>The blackouts of a list; itself where it is already of this kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them cannot be.</exception>
    public static PastBlackouts Of(IReadOnlyList<PastBlackout> blackouts) => blackouts as PastBlackouts ?? new(blackouts.Select(b => b.Checked()).ToArray());

    /// <summary>The scores in their order, for whoever wants to go on from them.</summary>
    public BlackoutScores Scores() => new([.. _blackouts.Select(b => b.Score)]);

    /// <summary>The scores made ready for decisions: once and for all where they come from a <see cref="BlackoutHistory"/> that was asked for this share.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1).</param>
    public ScoreTable Table(double allowedMisses) => _table is not null && allowedMisses == _allowedMisses ? _table : Scores().Build(allowedMisses);

    /// <summary>The scores made ready for decisions about another machine, where each is of another group of machines like it.</summary>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1).</param>
    public ScoreTable TableOfGroups(double allowedMisses) => ScoreTable.OfGroups(_blackouts.Select(b => b.Score), allowedMisses);

    /// <summary>How many were committed, counted up to a number.</summary>
    /// <param name="most">The number.</param>
    public int Commits(int most)
    {
        var commits = 0;
        for (var i = Count - 1; i >= 0 && commits < most; i--)
        {
            commits += this[i].Rehearsed ? 0 : 1;
        }

        return commits;
    }

    internal bool IsOf(ScoreTable table) => ReferenceEquals(table, _table);

    /// <inheritdoc/>
    public IEnumerator<PastBlackout> GetEnumerator() => ((IEnumerable<PastBlackout>)_blackouts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
