using Planner.Estimators;
using Planner.Policies;

namespace Planner.FleetBench;

/// <summary>What a careful script would do: every host that can be emptied onto hosts drawn by chance is, whether these were rebooted or not; one machine at a time over each port.</summary>
internal static class GreedyWaves
{
    private const double Rate = 10e9 / 8;

    public static (double Seconds, double MovesPerMachine) Run(FleetSpec fleet, ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 21);
        var hosts = fleet.Hosts.Count;
        var index = fleet.Hosts.Select((h, i) => (h.Name, i)).ToDictionary(p => p.Name, p => p.i);
        var memory = fleet.Machines.Select(m => (double)m.MemoryBytes).ToArray();
        var at = fleet.Machines.Select(m => index[m.Host]).ToArray();
        var room = fleet.Hosts.Select(h => (double)h.MemoryBytes).ToArray();
        var on = Enumerable.Range(0, hosts).Select(_ => new List<int>()).ToArray();
        for (var m = 0; m < at.Length; m++)
        {
            room[at[m]] -= memory[m];
            on[at[m]].Add(m);
        }

        var (state, coming, pending) = (new int[hosts], new int[hosts], new List<(int Machine, int To)>[hosts]);
        var (sending, receiving, moves, time) = (new bool[hosts], new bool[hosts], 0, 0.0);
        var events = new PriorityQueue<(int Machine, int From, int To), double>();
        var order = Enumerable.Range(0, hosts).Select(h => (Key: draws.NextOpenUnit(), h)).Order().Select(p => p.h).ToArray();
        for (var isDue = true; ;)
        {
            foreach (var host in isDue ? order.Where(h => state[h] == 0 && coming[h] == 0) : [])
            {
                var own = on[host].OrderByDescending(m => memory[m]).ToList();
                var taken = new List<(int Machine, int To)>();
                state[host] = 1;
                foreach (var machine in own)
                {
                    int[] fits = [.. Enumerable.Range(0, hosts).Where(h => state[h] is 0 or 3 && room[h] >= memory[machine])];
                    if (fits.Length == 0)
                    {
                        break;
                    }

                    var to = fits[(int)(draws.NextOpenUnit() * fits.Length)];
                    room[to] -= memory[machine];
                    coming[to]++;
                    taken.Add((machine, to));
                }

                if (taken.Count < own.Count)
                {
                    foreach (var (machine, to) in taken)
                    {
                        room[to] += memory[machine];
                        coming[to]--;
                    }

                    state[host] = 0;
                    continue;
                }

                pending[host] = taken;
                moves += taken.Count;
                if (taken.Count == 0)
                {
                    state[host] = 2;
                    events.Enqueue((-1, host, -1), time + fleet.Task.Reboot.TotalSeconds);
                }
            }

            isDue = false;
            foreach (var host in order.Where(h => state[h] == 1 && !sending[h]))
            {
                var i = pending[host].FindIndex(p => !receiving[p.To]);
                if (i >= 0)
                {
                    var (machine, to) = pending[host][i];
                    pending[host].RemoveAt(i);
                    (sending[host], receiving[to]) = (true, true);
                    events.Enqueue((machine, host, to), time + memory[machine] / Rate);
                }
            }

            if (!events.TryDequeue(out var ended, out var now))
            {
                return (state.All(s => s == 3) ? time : double.NaN, moves / (double)at.Length);
            }

            time = now;
            if (ended.Machine < 0)
            {
                (state[ended.From], room[ended.From]) = (3, fleet.Hosts[ended.From].MemoryBytes);
                isDue = true;
                continue;
            }

            (sending[ended.From], receiving[ended.To]) = (false, false);
            on[ended.From].Remove(ended.Machine);
            on[ended.To].Add(ended.Machine);
            isDue |= --coming[ended.To] == 0;
            if (pending[ended.From].Count == 0 && on[ended.From].Count == 0)
            {
                state[ended.From] = 2;
                events.Enqueue((-1, ended.From, -1), time + fleet.Task.Reboot.TotalSeconds);
            }
        }
    }
}
