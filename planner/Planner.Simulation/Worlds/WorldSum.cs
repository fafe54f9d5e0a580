using System.Collections.Immutable;

namespace Planner.Simulation;

/// <summary>What became of many simulated worlds.</summary>
/// <param name="Runs">How many there were.</param>
/// <param name="Committed">Migrations that came to their end on the destination.</param>
/// <param name="Stayed">Migrations that stayed.</param>
/// <param name="CouldHaveCommitted">Those that committed, and those that stayed although nothing went wrong, switchovers had been rehearsed, and theirs would have kept the limit.</param>
/// <param name="Broken">Worlds in which a promise was broken.</param>
/// <param name="FirstBroken">The lowest seed of these; null if there is none.</param>
/// <param name="ByChecker">By the checker that saw it, how many there were and the lowest seed.</param>
internal sealed record WorldSum(
    long Runs, long Committed, long Stayed, long CouldHaveCommitted, long Broken, ulong? FirstBroken, ImmutableSortedDictionary<string, (long Worlds, ulong First)> ByChecker)
{
    /// <summary>Nothing yet.</summary>
    public static WorldSum None { get; } = new(0, 0, 0, 0, 0, null, ImmutableSortedDictionary<string, (long, ulong)>.Empty);

    /// <summary>Both together.</summary>
    public static WorldSum operator +(WorldSum one, WorldSum other) => new(
        one.Runs + other.Runs,
        one.Committed + other.Committed,
        one.Stayed + other.Stayed,
        one.CouldHaveCommitted + other.CouldHaveCommitted,
        one.Broken + other.Broken,
        one.FirstBroken is { } a && other.FirstBroken is { } b ? Math.Min(a, b) : one.FirstBroken ?? other.FirstBroken,
        other.ByChecker.Aggregate(one.ByChecker, (sum, more) => sum.SetItem(more.Key, sum.TryGetValue(more.Key, out var had)
            ? (had.Worlds + more.Value.Worlds, Math.Min(had.First, more.Value.First))
            : more.Value)));
}
