namespace Planner.Fleet;

/// <summary>Builds the graph of a schedule of moves.</summary>
internal static class PlanGraphs
{
    /// <summary>The graph of moves in the order of their starts; the step of a move is its place in that order.</summary>
    /// <param name="model">The fleet.</param>
    /// <param name="moves">The moves.</param>
    /// <param name="started">Those that start, in that order.</param>
    /// <param name="end">When each of these ends.</param>
    /// <param name="done">Moves that are done already.</param>
    public static PlanGraph Of(FleetModel model, MoveSet moves, IReadOnlyList<int> started, double[] end, IReadOnlyList<int> done)
    {
        var graph = new PlanGraph();
        var room = new RoomFlow(model, graph, moves, started, done);
        for (var step = 0; step < started.Count; step++)
        {
            var move = started[step];
            TakePorts(graph, model, moves.From(move), moves.To(move), moves.Rate(move), end[step]);
            room.Take(move, step, end[step]);
            graph.Add();
        }

        return graph;
    }

    /// <summary>Takes what a move shares of ports and links for the next step.</summary>
    public static void TakePorts(PlanGraph graph, FleetModel model, int from, int to, double rate, double end)
    {
        graph.Take(Key(0, from), model.OutSlots[from] == int.MaxValue ? double.PositiveInfinity : model.OutSlots[from], 1, end);
        graph.Take(Key(1, to), model.InSlots[to] == int.MaxValue ? double.PositiveInfinity : model.InSlots[to], 1, end);
        foreach (var link in model.LinksOf(from))
        {
            graph.Take(Key(2, link), model.LinkCapacity[link], model.Passes(link, to) ? rate : 0, end);
        }

        foreach (var link in model.LinksOf(to))
        {
            graph.Take(Key(3, link), model.LinkCapacity[link], model.Passes(link, from) ? rate : 0, end);
        }
    }

    /// <summary>The key of a thing that is shared: its kind, and its number.</summary>
    public static long Key(int kind, int number) => ((long)kind << 40) | (uint)number;

    /// <summary>Room on hosts that machines leave and others enter: it matters only there.</summary>
    private sealed class RoomFlow(FleetModel model, PlanGraph graph, MoveSet moves, IReadOnlyList<int> started, IReadOnlyList<int> done)
    {
        private readonly HashSet<int> _both = [.. started.Select(moves.From).Intersect(started.Select(moves.To))];
        private readonly double[] _free = FreeAfter(model, moves, done);
        private readonly Dictionary<(int Host, int Group), int> _leftBy = [];

        private static double[] FreeAfter(FleetModel model, MoveSet moves, IReadOnlyList<int> done)
        {
            var free = model.FreeNow();
            foreach (var move in done)
            {
                for (var d = 0; d < model.Dimensions; d++)
                {
                    var need = model.Need[moves.Machine(move) * model.Dimensions + d];
                    free[moves.From(move) * model.Dimensions + d] += need;
                    free[moves.To(move) * model.Dimensions + d] -= need;
                }
            }

            return free;
        }

        public void Take(int move, int step, double end)
        {
            var (machine, from, to) = (moves.Machine(move), moves.From(move), moves.To(move));
            if (model.Group[machine] is >= 0 and var group)
            {
                graph.After(_leftBy.GetValueOrDefault((to, group), -1));
                _leftBy[(from, group)] = step;
            }

            for (var d = 0; d < model.Dimensions; d++)
            {
                var key = Key(4 + d, 0);
                var need = model.Need[machine * model.Dimensions + d];
                if (_both.Contains(to))
                {
                    // It stays: what it takes is never given back by it.
                    graph.Take(key | (uint)to, Math.Max(0, _free[to * model.Dimensions + d]), need, double.PositiveInfinity);
                }

                if (_both.Contains(from) && need > 0 && double.IsFinite(_free[from * model.Dimensions + d]))
                {
                    graph.Give(key | (uint)from, Math.Max(0, _free[from * model.Dimensions + d]), need, step, end);
                }
            }
        }
    }
}
