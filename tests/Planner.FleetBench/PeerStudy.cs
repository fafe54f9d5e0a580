using Planner.Estimators;
using Planner.Policies;
using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>Our plans beside what others do, in one simulator: moves that share a port share its bandwidth evenly.</summary>
internal static class PeerStudy
{
    public static void Run()
    {
        Console.WriteLine("case                                way                                          time, s   of the bound   without a place");
        foreach (var (name, fleet) in ((string, FleetSpec)[])
        [
            ("60 hosts, drain 6", GeneratedFleets.Drain(60, 6, 0.7, 7)), ("1,000 hosts, drain 250", GeneratedFleets.Drain(1000, 250, 0.7, 7)),
            ("25 racks of 40, drain 6, 4:1", GeneratedFleets.Drain(1000, 240, 0.7, 7, 40, 4)), ("60 hosts, drain 12, 93 % at the end", GeneratedFleets.Drain(60, 12, 0.75, 7)),
        ])
        {
            var (plan, _) = Measured.Plan(fleet);
            void Say(string way, double seconds, int left) => Console.WriteLine($"{name,-36}{way,-44}{seconds,8:0} {seconds / plan.LowerBoundSeconds,14:0.000} {left,17}");
            Say("planner", Measured.Makespan(plan), plan.Blocked.Count);
            var (moves, unplaced) = RandomTargets(fleet, plan.Moves.ToDictionary(m => m.Machine, m => m.P50Seconds * m.BytesPerSecond), 7);
            Say("one at a time (serial)", Simulate(fleet, moves, atOnce: 1, perHost: 1, exclusive: false), unplaced);
            Say("KubeVirt: 5 at a time, 2 of a node", Simulate(fleet, moves, atOnce: 5, perHost: 2, exclusive: false), unplaced);
            Say("earliest deadline first, a port at a time", Simulate(fleet, [.. moves.OrderBy(m => m.From, StringComparer.Ordinal)], int.MaxValue, 1, exclusive: true), unplaced);
            Say("greedy, random order, a port at a time", Simulate(fleet, moves, int.MaxValue, 1, exclusive: true), unplaced);
            Say("everything at once", Simulate(fleet, moves, int.MaxValue, int.MaxValue, exclusive: false), unplaced);
        }
    }

    private static (List<(string From, string To, double Bytes)> Moves, int Left) RandomTargets(FleetSpec fleet, Dictionary<string, double> bytes, ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 22);
        var room = fleet.Hosts.ToDictionary(h => h.Name, h => (double)h.MemoryBytes);
        foreach (var machine in fleet.Machines)
        {
            room[machine.Host] -= machine.MemoryBytes;
        }

        var targets = fleet.Hosts.Select(h => h.Name).Except(fleet.Task.Drain).ToList();
        var (moves, left) = (new List<(string, string, double)>(), 0);
        foreach (var machine in fleet.Machines.Where(m => fleet.Task.Drain.Contains(m.Host)).Select(m => (Key: draws.NextOpenUnit(), m)).OrderBy(p => p.Key).Select(p => p.m))
        {
            var fits = targets.Where(t => room[t] >= machine.MemoryBytes).ToList();
            if (fits.Count == 0)
            {
                left++;
                continue;
            }

            var to = fits[(int)(draws.NextOpenUnit() * fits.Count)];
            room[to] -= machine.MemoryBytes;
            moves.Add((machine.Host, to, bytes.GetValueOrDefault(machine.Name, machine.MemoryBytes)));
        }

        return (moves, left);
    }

    private static double Simulate(FleetSpec fleet, List<(string From, string To, double Bytes)> moves, int atOnce, int perHost, bool exclusive)
    {
        var links = fleet.Links.ToDictionary(l => l.Name);
        var of = fleet.Hosts.ToDictionary(h => h.Name, h => h.Links);
        string[] Ways(string from, string to) =>
            [.. of[from].Where(l => !links[l].IsUplink || !of[to].Contains(l)).Select(l => l + " up"), .. of[to].Where(l => !links[l].IsUplink || !of[from].Contains(l)).Select(l => l + " down")];
        var waiting = new LinkedList<int>(Enumerable.Range(0, moves.Count));
        var active = new Dictionary<int, (double Left, string[] Ways)>();
        var (onWay, sends, time) = (new Dictionary<string, int>(), new Dictionary<string, int>(), 0.0);
        while (waiting.Count + active.Count > 0)
        {
            for (var node = waiting.First; node is not null && active.Count < atOnce;)
            {
                var (next, (from, to, bytes)) = (node.Next, moves[node.Value]);
                var ways = Ways(from, to);
                if (sends.GetValueOrDefault(from) < perHost && !(exclusive && ways.Any(w => onWay.GetValueOrDefault(w) * 10 * GeneratedFleets.Gbit >= links[w.Split(' ')[0]].BytesPerSecond)))
                {
                    sends[from] = sends.GetValueOrDefault(from) + 1;
                    foreach (var way in ways)
                    {
                        onWay[way] = onWay.GetValueOrDefault(way) + 1;
                    }

                    active[node.Value] = (bytes, ways);
                    waiting.Remove(node);
                }

                node = next;
            }

            var rates = active.ToDictionary(a => a.Key, a => a.Value.Ways.Min(w => links[w.Split(' ')[0]].BytesPerSecond / onWay[w]));
            var step = active.Min(a => a.Value.Left / rates[a.Key]);
            time += step;
            foreach (var (move, (left, ways)) in active.ToList())
            {
                var rest = left - step * rates[move];
                active[move] = (rest, ways);
                if (rest <= moves[move].Bytes * 1e-9)
                {
                    active.Remove(move);
                    sends[moves[move].From]--;
                    foreach (var way in ways)
                    {
                        onWay[way]--;
                    }
                }
            }
        }

        return time;
    }
}
