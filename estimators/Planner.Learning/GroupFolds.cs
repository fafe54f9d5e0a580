using Planner.Estimators;

namespace Planner.Learning;

/// <summary>Examples split into five parts by group, so that no group is in two of them.</summary>
internal sealed class GroupFolds
{
    /// <summary>The number of parts.</summary>
    public const int Count = 5;

    private readonly List<ColdStartExample>[] _folds = [.. Enumerable.Range(0, Count).Select(_ => new List<ColdStartExample>())];

    /// <summary>Splits at random, by the seed and the names of the groups alone.</summary>
    public GroupFolds(IReadOnlyList<ColdStartExample> examples, int seed)
    {
        var groups = examples.GroupBy(e => e.Group, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        GroupCount = groups.Length;
        new Random(seed).Shuffle(groups);
        for (var i = 0; i < groups.Length; i++)
        {
            _folds[i % Count].AddRange(groups[i]);
        }
    }

    /// <summary>The number of groups.</summary>
    public int GroupCount { get; }

    /// <summary>One part.</summary>
    public IReadOnlyList<ColdStartExample> Part(int fold) => _folds[fold];

    /// <summary>Everything but some parts.</summary>
    public IReadOnlyList<ColdStartExample> Without(params int[] folds) =>
        [.. Enumerable.Range(0, Count).Except(folds).SelectMany(f => _folds[f])];
}
