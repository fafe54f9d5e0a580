using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>Betters a small schedule by chance: two moves change places in the list, a move gets another target, or two exchange theirs. What is no worse is kept.</summary>
internal static class LocalSearch
{
    private const int MostTries = 20_000;
    private const int LeastTries = 100;

    // The work of all tries together, in moves looked at.
    private const long Work = 20_000_000;

    /// <summary>Of more moves no try can be paid for.</summary>
    public const int MostMoves = 2_000;

    /// <summary>Betters the order, the targets and the schedule.</summary>
    /// <param name="scheduler">Holds the best schedule afterwards.</param>
    /// <param name="moves">The moves; targets may change.</param>
    /// <param name="order">The order; changed.</param>
    /// <param name="choose">The placement in which targets may change; null if they are fixed.</param>
    /// <param name="makespan">The time of the schedule of the order as it is.</param>
    /// <param name="bound">No schedule is shorter.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The time of the best schedule.</returns>
    public static double Better(ListScheduler scheduler, MoveSet moves, int[] order, Placement? choose, double makespan, double bound, ulong seed)
    {
        if (order.Length is < 2 or > MostMoves)
        {
            return makespan;
        }

        var draws = new SeededStream(seed, 0, 0, 2);
        int[] targets = choose is null ? [] : [.. choose.Targets];
        var paid = scheduler.Looks + Work;
        var started = scheduler.Started.Count;
        for (var i = 0; i < MostTries && (scheduler.Looks < paid || i < LeastTries) && (makespan > bound * (1 + 1e-9) || started < order.Length); i++)
        {
            var (a, b) = (Draw(ref draws, order.Length), Draw(ref draws, order.Length));
            var kind = choose is null ? 0 : Draw(ref draws, 3);
            if (!Change(moves, order, choose, targets, kind, a, b, ref draws, out var undo))
            {
                continue;
            }

            // That more can move at all counts before when they are done.
            var now = scheduler.Run(order, null);
            if (scheduler.Started.Count > started || (scheduler.Started.Count == started && now <= makespan))
            {
                (started, makespan) = (scheduler.Started.Count, now);
            }
            else
            {
                undo();
            }
        }

        return scheduler.Run(order, null);
    }

    private static int Draw(ref SeededStream draws, int count) => (int)(draws.NextOpenUnit() * count);

    private static bool Change(MoveSet moves, int[] order, Placement? choose, int[] targets, int kind, int a, int b, ref SeededStream draws, out Action undo)
    {
        undo = () => { };
        if (kind == 0)
        {
            (order[a], order[b]) = (order[b], order[a]);
            undo = () => (order[a], order[b]) = (order[b], order[a]);
            return a != b;
        }

        var (one, other) = (order[a], order[b]);
        var (from, to) = (moves.To(one), kind == 1 ? targets[Draw(ref draws, targets.Length)] : moves.To(other));
        if (from == to || moves.IsFixed(one) || (kind == 2 && moves.IsFixed(other)))
        {
            return false;
        }

        if (kind == 1)
        {
            undo = () => Go(moves, choose!, [(one, from)]);
            return TryGo(moves, choose!, [(one, to)]);
        }

        undo = () => Go(moves, choose!, [(one, from), (other, to)]);
        return TryGo(moves, choose!, [(one, to), (other, from)]);
    }

    private static bool TryGo(MoveSet moves, Placement choose, (int Move, int To)[] changes)
    {
        (int Move, int To)[] before = [.. changes.Select(c => (c.Move, moves.To(c.Move)))];
        foreach (var (move, _) in changes)
        {
            choose.Take(moves.Machine(move));
        }

        for (var i = 0; i < changes.Length; i++)
        {
            var machine = moves.Machine(changes[i].Move);
            if (changes[i].To == moves.From(changes[i].Move) || !choose.HasRoom(machine, changes[i].To) || !choose.MayGo(machine, changes[i].To))
            {
                foreach (var (move, to) in before)
                {
                    if (choose[moves.Machine(move)] >= 0)
                    {
                        choose.Take(moves.Machine(move));
                    }
                }

                foreach (var (move, to) in before)
                {
                    choose.Put(moves.Machine(move), to);
                }

                return false;
            }

            choose.Put(machine, changes[i].To);
        }

        foreach (var (move, to) in changes)
        {
            moves.Redirect(move, to);
        }

        return true;
    }

    private static void Go(MoveSet moves, Placement choose, (int Move, int To)[] changes)
    {
        foreach (var (move, _) in changes)
        {
            choose.Take(moves.Machine(move));
        }

        foreach (var (move, to) in changes)
        {
            choose.Put(moves.Machine(move), to);
            moves.Redirect(move, to);
        }
    }
}
