using Planner.Estimators;
using Planner.Policies;

namespace Planner.Tests;

/// <summary>Fleets of any size, by a seed.</summary>
internal static class GeneratedFleets
{
    public const long GiB = 1L << 30;
    public const double Gbit = 1e9 / 8;

    private static readonly int[] SizesGiB = [4, 4, 8, 8, 8, 16, 16, 32, 64];

    /// <summary>Hosts with machines, some of which are to be drained.</summary>
    /// <param name="hosts">The number of hosts, of 512 GiB and 10 Gbit/s each.</param>
    /// <param name="drained">How many of them are to be empty: whole racks where there are racks.</param>
    /// <param name="fill">The share of memory in use at first.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="hostsPerRack">Hosts of a rack; 0 for none.</param>
    /// <param name="oversubscription">How many times the ports of a rack are its uplink.</param>
    public static FleetSpec Drain(int hosts, int drained, double fill, ulong seed, int hostsPerRack = 0, double oversubscription = 1)
    {
        var draws = new SeededStream(seed, 0, 0, 11);
        var links = Enumerable.Range(0, hosts).Select(h => new FleetLink($"p{h}", 10 * Gbit)).ToList();
        if (hostsPerRack > 0)
        {
            links.AddRange(Enumerable.Range(0, (hosts + hostsPerRack - 1) / hostsPerRack).Select(r => new FleetLink($"r{r}", hostsPerRack * 10 * Gbit / oversubscription, IsUplink: true)));
        }

        return new FleetSpec
        {
            Links = links,
            Hosts = [.. Enumerable.Range(0, hosts).Select(h => new FleetHost($"h{h}", 512 * GiB) { Links = hostsPerRack > 0 ? [$"p{h}", $"r{h / hostsPerRack}"] : [$"p{h}"], MaxOutgoing = 2, MaxIncoming = 2 })],
            Machines = Machines(Enumerable.Repeat(512.0, hosts).ToArray(), fill, ref draws),
            Task = new FleetTask(FleetTaskKind.Drain) { Drain = [.. Enumerable.Range(0, drained).Select(h => $"h{h}")] },
        };
    }

    /// <summary>The same fleet with devices in a fifth of the machines, for which half of the hosts have slots to spare, and with two machines of each host in groups that never share a host.</summary>
    public static FleetSpec WithDevicesAndGroups(FleetSpec fleet)
    {
        const int HostsOfAGroup = 20;
        var place = fleet.Hosts.Select((h, i) => (h.Name, i)).ToDictionary(p => p.Name, p => p.i);
        var seen = new int[fleet.Hosts.Count];
        FleetMachine[] machines =
        [
            .. fleet.Machines.Select((m, i) =>
            {
                var host = place[m.Host];
                var number = seen[host]++;
                return m with { Devices = i % 5 == 0 ? [new FleetDevice(null, "vf")] : [], AntiAffinity = number < 2 ? $"g{host / HostsOfAGroup}-{number}" : null };
            }),
        ];
        var used = machines.Where(m => m.Devices.Count > 0).GroupBy(m => m.Host).ToDictionary(g => g.Key, g => g.Count());
        return fleet with
        {
            Machines = machines,
            Hosts = [.. fleet.Hosts.Select((h, i) => h with { Devices = new Dictionary<string, int> { ["vf"] = used.GetValueOrDefault(h.Name) + (i % 2 == 0 ? 8 : 0) } })],
        };
    }

    /// <summary>Hosts all of which are to be rebooted; a few are empty.</summary>
    public static FleetSpec Upgrade(int hosts, double fill, ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 12);
        var empty = Math.Max(1, hosts / 50);
        return new FleetSpec
        {
            Links = [.. Enumerable.Range(0, hosts).Select(h => new FleetLink($"p{h}", 10 * Gbit))],
            Hosts = [.. Enumerable.Range(0, hosts).Select(h => new FleetHost($"h{h}", 768 * GiB) { Links = [$"p{h}"], MaxOutgoing = 2, MaxIncoming = 2 })],
            Machines = Machines([.. Enumerable.Range(0, hosts).Select(h => h < hosts - empty ? 768.0 : 0)], fill * hosts / (hosts - empty), ref draws),
            Task = new FleetTask(FleetTaskKind.Upgrade) { Reboot = TimeSpan.FromSeconds(600) },
        };
    }

    /// <summary>A fleet for whose drained machines a placement was planted: the hosts that stay are full to the given share once it is done.</summary>
    /// <param name="hosts">The hosts that stay.</param>
    /// <param name="finalFill">How full they are at the end.</param>
    /// <param name="sizesGiB">Draws a machine's size from a number in (0, 1).</param>
    /// <param name="seed">The seed.</param>
    /// <param name="withVCpus">Whether the hosts are as full of vCPUs as of memory; machines have between one for 2 and one for 8 GiB.</param>
    public static FleetSpec Planted(int hosts, double finalFill, Func<double, double> sizesGiB, ulong seed, bool withVCpus = false)
    {
        var draws = new SeededStream(seed, 0, 0, 13);
        const double Capacity = 512;
        var machines = new List<FleetMachine>();
        var (planted, vCpus, used) = (new List<double>(), new List<int>(), new int[hosts]);
        for (var h = 0; h < hosts; h++)
        {
            // What stays takes a half or so of the host; the planted machines fill the rest up to the share.
            var (target, here) = (Capacity * finalFill, Capacity * (0.45 + 0.2 * draws.NextOpenUnit()));
            machines.Add(new FleetMachine($"stays{h}", $"stay{h}", (long)(here * GiB)));
            while (here < target - 0.25)
            {
                var size = sizesGiB(draws.NextOpenUnit());
                size = here + size > target ? target - here : size;
                planted.Add(size);
                vCpus.Add(withVCpus ? 1 + (int)(size / (2 + 6 * draws.NextOpenUnit())) : 0);
                used[h] += vCpus[^1];
                here += size;
            }
        }

        // Dealt out to hosts that are to be empty, in an order that has nothing to do with where they fit.
        var drained = Math.Max(1, hosts / 2);
        var order = Enumerable.Range(0, planted.Count).Select(i => (Key: draws.NextOpenUnit(), i)).Order().Select(p => p.i).ToList();
        machines.AddRange(order.Select((p, i) => new FleetMachine($"m{i}", $"drain{i % drained}", (long)(planted[p] * GiB)) { VCpus = vCpus[p] }));
        return new FleetSpec
        {
            Hosts =
            [
                .. Enumerable.Range(0, hosts).Select(h => new FleetHost($"stay{h}", (long)(Capacity * GiB)) { VCpus = withVCpus ? (int)Math.Ceiling(used[h] / finalFill) : null }),
                .. Enumerable.Range(0, drained).Select(h => new FleetHost($"drain{h}", 64 * 1024 * GiB)),
            ],
            Machines = machines,
            Task = new FleetTask(FleetTaskKind.Drain) { Drain = [.. Enumerable.Range(0, drained).Select(h => $"drain{h}")] },
        };
    }

    /// <summary>A small plan with given targets, as those that were published: some hosts send ten or more machines to others through ports of one or half a Gbit/s.</summary>
    public static FleetSpec Given(int machines, ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 14);
        const int Sides = 4;
        var (from, to, gib) = (new int[machines], new int[machines], new int[machines]);
        for (var m = 0; m < machines; m++)
        {
            (from[m], to[m], gib[m]) = ((int)(draws.NextOpenUnit() * Sides), (int)(draws.NextOpenUnit() * Sides), 2 + (int)(draws.NextOpenUnit() * 3));
        }

        string[] names = [.. Enumerable.Range(0, Sides).Select(h => $"s{h}"), .. Enumerable.Range(0, Sides).Select(h => $"d{h}")];
        return new FleetSpec
        {
            Links = [.. names.Select(n => new FleetLink($"{n}-port", (draws.NextOpenUnit() < 0.3 ? 0.5 : 1) * Gbit))],
            Hosts = [.. names.Select(n => new FleetHost(n, 64 * GiB) { Links = [$"{n}-port"] })],
            Machines =
            [
                .. Enumerable.Range(0, machines).Select(m => new FleetMachine($"vm{m}", $"s{from[m]}", gib[m] * GiB)
                {
                    To = $"d{to[m]}", Dirty = new DirtyMemory((long)(0.2 * GiB * draws.NextOpenUnit()), 2 + 10 * draws.NextOpenUnit()),
                }),
            ],
            Task = new FleetTask(FleetTaskKind.MoveGiven),
        };
    }

    private static List<FleetMachine> Machines(double[] hostsGiB, double fill, ref SeededStream draws)
    {
        var machines = new List<FleetMachine>();
        for (var h = 0; h < hostsGiB.Length; h++)
        {
            var left = hostsGiB[h] * fill * (0.9 + 0.2 * draws.NextOpenUnit());
            while (left > 4)
            {
                var size = Math.Min(SizesGiB[(int)(draws.NextOpenUnit() * SizesGiB.Length)], left);
                left -= size;
                machines.Add(new FleetMachine($"m{machines.Count}", $"h{h}", (long)(size * GiB)) { Dirty = new DirtyMemory((long)(size * GiB * 0.02 * draws.NextOpenUnit()), 5 + 20 * draws.NextOpenUnit()) });
            }
        }

        return machines;
    }
}
