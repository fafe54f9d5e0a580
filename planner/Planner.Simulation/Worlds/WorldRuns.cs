using System.Collections.Immutable;

namespace Planner.Simulation;

/// <summary>Lets many simulated worlds happen, each from a seed of its own.</summary>
internal static class WorldRuns
{
    private const int SeedsAtOnce = 64;

    /// <summary>Runs the worlds of consecutive seeds, on all processors.</summary>
    /// <param name="seed">The first seed.</param>
    /// <param name="runs">How many.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static WorldSum Run(ulong seed, long runs, CancellationToken stop)
    {
        var sum = WorldSum.None;
        var gate = new Lock();
        Parallel.For(0, (runs + SeedsAtOnce - 1) / SeedsAtOnce, new ParallelOptions { CancellationToken = stop }, () => WorldSum.None, (block, _, own) =>
        {
            for (var i = block * SeedsAtOnce; i < Math.Min(runs, (block + 1) * SeedsAtOnce); i++)
            {
                own += Count(WorldScenario.Draw(unchecked(seed + (ulong)i)));
            }

            return own;
        }, own =>
        {
            lock (gate)
            {
                sum += own;
            }
        });
        return sum;
    }

    /// <summary>Runs one world.</summary>
    public static WorldSum Count(WorldScenario scenario)
    {
        var history = World.Run(scenario).History;
        var first = history.Sessions.FirstOrDefault();
        var committed = first?.Outcome is Measurements.MigrationOutcome.Completed or Measurements.MigrationOutcome.CompletedOverLimit;
        var stayed = first?.Outcome == Measurements.MigrationOutcome.Stayed;
        var could = committed || (stayed && scenario is { IsCalm: true, Rehearsals: > 0 } && World.Truth(scenario) <= scenario.Policy.BlackoutLimit);
        var broken = WorldChecks.Judge(history);
        var isBroken = broken.Count > 0;
        return new WorldSum(
            1, committed ? 1 : 0, stayed ? 1 : 0, could ? 1 : 0, isBroken ? 1 : 0, isBroken ? scenario.Seed : null,
            broken.Select(b => b.Checker).Distinct().ToImmutableSortedDictionary(c => c, _ => (1L, scenario.Seed)));
    }

    /// <summary>Leaves out of a scenario what can go while the same checker still sees a promise broken.</summary>
    /// <param name="seed">Its seed.</param>
    /// <param name="without">What is left out already.</param>
    /// <returns>Null if nothing is broken in it.</returns>
    public static BrokenWorld? Shrink(ulong seed, IEnumerable<string> without)
    {
        var whole = WorldScenario.Draw(seed);
        var left = without.ToHashSet(StringComparer.Ordinal);
        var (history, broken) = Judge(whole.Without(left));
        if (broken.Count == 0)
        {
            return null;
        }

        var checker = broken[0].Checker;
        for (var isSmaller = true; isSmaller;)
        {
            isSmaller = false;
            foreach (var part in whole.Parts.Where(p => !left.Contains(p)))
            {
                var smaller = left.Append(part).ToHashSet(StringComparer.Ordinal);
                var (then, stillBroken) = Judge(whole.Without(smaller));
                if (stillBroken.Any(b => b.Checker == checker))
                {
                    (left, history, broken, isSmaller) = (smaller, then, stillBroken, true);
                }
            }
        }

        return new BrokenWorld(WorldScenario.Write(seed, left.Order(StringComparer.Ordinal)), broken, history);
    }

    private static (WorldHistory History, IReadOnlyList<BrokenPromise> Broken) Judge(WorldScenario scenario)
    {
        var history = World.Run(scenario).History;
        return (history, WorldChecks.Judge(history));
    }
}
