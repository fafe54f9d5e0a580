using Planner.Policies;

namespace Planner.Tests;

/// <summary>Walks through a plan's moves and says what they break. It shares no code with what plans.</summary>
internal static class PlanChecker
{
    private const double Instant = 1e-6;

    /// <summary>What is broken, a sentence each; empty for a plan that keeps every limit at every moment.</summary>
    public static List<string> Problems(FleetSpec fleet, FleetPlan plan)
    {
        var problems = new List<string>();
        var machines = fleet.Machines.ToDictionary(m => m.Name);
        var hosts = fleet.Hosts.ToDictionary(h => h.Name);
        var links = fleet.Links.ToDictionary(l => l.Name);
        var on = fleet.Hosts.ToDictionary(h => h.Name, _ => new HashSet<string>());
        foreach (var machine in fleet.Machines)
        {
            on[machine.Host].Add(machine.Name);
        }

        var at = fleet.Machines.ToDictionary(m => m.Name, m => m.Host);
        var running = new List<PlannedMove>();
        var away = new HashSet<string>();
        var moves = plan.Moves.SelectMany(m => new (double, int, PlannedMove?, string)[] { (m.StartSeconds, 2, m, ""), (m.StartSeconds + m.P50Seconds, 0, m, "") });
        var reboots = plan.Reboots.SelectMany(r => new (double, int, PlannedMove?, string)[] { (r.StartSeconds, 3, null, r.Host), (r.StartSeconds + r.Seconds, 1, null, r.Host) });
        var events = moves.Concat(reboots).OrderBy(e => Math.Round(e.Item1 / Instant)).ThenBy(e => e.Item2);
        foreach (var (time, order, move, host) in events)
        {
            if (move is null)
            {
                if (order == 3 && on[host].Count > 0)
                {
                    problems.Add($"{host} is rebooted at {time} with {on[host].Count} machines on it");
                }

                _ = order == 3 ? away.Add(host) : away.Remove(host);
                continue;
            }

            if (order == 0)
            {
                running.Remove(move);
                on[move.From].Remove(move.Machine);
                at[move.Machine] = move.To;
                continue;
            }

            if (at[move.Machine] != move.From || away.Contains(move.To) || away.Contains(move.From) || running.Any(r => r.Machine == move.Machine))
            {
                problems.Add($"{move.Machine} cannot leave {move.From} for {move.To} at {time}");
            }

            if (machines[move.Machine].AntiAffinity is { } group && on[move.To].Any(m => machines[m].AntiAffinity == group))
            {
                problems.Add($"{move.Machine} meets its group on {move.To}");
            }

            running.Add(move);
            on[move.To].Add(move.Machine);
            Check(problems, hosts, links, machines, on, running, move, time);
        }

        return problems;
    }

    private static void Check(
        List<string> problems, Dictionary<string, FleetHost> hosts, Dictionary<string, FleetLink> links, Dictionary<string, FleetMachine> machines, Dictionary<string, HashSet<string>> on, List<PlannedMove> running, PlannedMove move, double time)
    {
        var to = hosts[move.To];
        void Expect(bool holds, string what)
        {
            if (!holds)
            {
                problems.Add($"{what} at {time}, when {move.Machine} goes from {move.From} to {move.To}");
            }
        }

        Expect(on[to.Name].Sum(m => machines[m].MemoryBytes) <= to.MemoryBytes, $"{to.Name} has too little memory");
        Expect(!(on[to.Name].Sum(m => machines[m].VCpus) > to.VCpus), $"{to.Name} has too few vCPUs");
        foreach (var slots in on[to.Name].SelectMany(m => machines[m].Devices).Where(d => d.Needs is not null).GroupBy(d => d.Needs!))
        {
            Expect(slots.Count() <= to.Devices.GetValueOrDefault(slots.Key), $"{to.Name} has too few {slots.Key}");
        }

        Expect(!(running.Count(r => r.From == move.From) > hosts[move.From].MaxOutgoing), $"{move.From} sends too many");
        Expect(!(running.Count(r => r.To == move.To) > to.MaxIncoming), $"{move.To} receives too many");
        foreach (var link in links.Values)
        {
            bool Has(string host) => hosts[host].Links.Contains(link.Name);
            bool Passes(PlannedMove m) => !link.IsUplink || !(Has(m.From) && Has(m.To));
            Expect(running.Where(r => Has(r.From) && Passes(r)).Sum(r => r.BytesPerSecond) <= link.BytesPerSecond * 1.000001, $"{link.Name} is full on the way up");
            Expect(running.Where(r => Has(r.To) && Passes(r)).Sum(r => r.BytesPerSecond) <= link.BytesPerSecond * 1.000001, $"{link.Name} is full on the way down");
        }
    }
}
