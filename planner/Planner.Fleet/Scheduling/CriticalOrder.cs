namespace Planner.Fleet;

/// <summary>An order of moves for list scheduling: the longest move of the port with the most left to do comes next.</summary>
internal static class CriticalOrder
{
    /// <summary>The order.</summary>
    public static int[] Of(FleetModel model, MoveSet moves)
    {
        // A port is a host and a direction: sending 2 h, receiving 2 h + 1.
        var load = new double[model.Hosts * 2];
        var of = new List<int>?[model.Hosts * 2];
        for (var move = 0; move < moves.Count; move++)
        {
            foreach (var port in PortsOf(moves, move))
            {
                load[port] += Work(model, moves, move, port);
                (of[port] ??= []).Add(move);
            }
        }

        var queue = new PriorityQueue<int, (double, int)>();
        for (var port = 0; port < of.Length; port++)
        {
            if (of[port] is { } own)
            {
                own.Sort((a, b) => moves.Seconds(b).CompareTo(moves.Seconds(a)) is not 0 and var order ? order : a.CompareTo(b));
                queue.Enqueue(port, (-load[port], port));
            }
        }

        var (ranked, next, isRanked) = (new List<int>(moves.Count), new int[of.Length], new bool[moves.Count]);
        while (queue.TryDequeue(out var port, out var key))
        {
            var own = of[port]!;
            while (next[port] < own.Count && isRanked[own[next[port]]])
            {
                next[port]++;
            }

            if (next[port] == own.Count)
            {
                continue;
            }

            // Moves of this port were ranked by the other end since: it comes back at its real place.
            if (-key.Item1 > load[port] * (1 + 1e-12))
            {
                queue.Enqueue(port, (-load[port], port));
                continue;
            }

            var move = own[next[port]];
            isRanked[move] = true;
            ranked.Add(move);
            foreach (var end in PortsOf(moves, move))
            {
                load[end] = Math.Max(0, load[end] - Work(model, moves, move, end));
            }

            queue.Enqueue(port, (-load[port], port));
        }

        return [.. ranked];
    }

    /// <summary>How long a move would fill a port that did nothing else.</summary>
    public static double Work(FleetModel model, MoveSet moves, int move, int port)
    {
        var host = port / 2;
        var slots = port % 2 == 0 ? model.OutSlots[host] : model.InSlots[host];
        return moves.Seconds(move) * Math.Max(moves.Rate(move) / model.PortCapacity[host], 1.0 / Math.Max(1, slots));
    }

    private static int[] PortsOf(MoveSet moves, int move) => [moves.From(move) * 2, moves.To(move) * 2 + 1];
}
