using Planner.Policies;

namespace Planner.Fleet;

/// <summary>A fleet with numbers in place of names, laid out for planning. Immutable.</summary>
/// <remarks>What a machine needs and a host has is a vector: memory first, then what some host limits of vCPUs, huge pages and each kind of device slot.</remarks>
internal sealed class FleetModel
{
    /// <summary>The port of a host for which no link is stated: 10 Gbit/s, the least that servers are sold with today.</summary>
    public const double AssumedPortBytesPerSecond = 10e9 / 8;

    private readonly int[][] _linksOf;
    private readonly bool[] _isUplink;
    private double[] _lanes;

    public FleetModel(FleetSpec spec)
    {
        Spec = spec;
        (Hosts, Machines) = (spec.Hosts.Count, spec.Machines.Count);
        HostIndex = Index(spec.Hosts.Select(h => h.Name));
        MachineIndex = Index(spec.Machines.Select(m => m.Name));
        Quantities = [.. FindQuantities(spec)];
        (Capacity, Need) = (new double[Hosts * Dimensions], new double[Machines * Dimensions]);
        for (var d = 0; d < Dimensions; d++)
        {
            for (var h = 0; h < Hosts; h++)
            {
                Capacity[h * Dimensions + d] = Quantities[d].Of(spec.Hosts[h]);
            }

            for (var m = 0; m < Machines; m++)
            {
                Need[m * Dimensions + d] = Quantities[d].By(spec.Machines[m]);
            }
        }

        HostOf = [.. spec.Machines.Select(m => HostIndex[m.Host])];
        To = [.. spec.Machines.Select(m => m.To is { } to ? HostIndex[to] : -1)];
        var groups = new Dictionary<string, int>();
        Group = [.. spec.Machines.Select(m => m.AntiAffinity is { } word ? (groups.TryGetValue(word, out var group) ? group : groups[word] = groups.Count) : -1)];
        OutSlots = [.. spec.Hosts.Select(h => h.MaxOutgoing ?? int.MaxValue)];
        InSlots = [.. spec.Hosts.Select(h => h.MaxIncoming ?? int.MaxValue)];

        // A host without a stated link has a port of its own.
        var links = Index(spec.Links.Select(l => l.Name));
        var bare = Enumerable.Range(0, Hosts).Where(h => spec.Hosts[h].Links.Count == 0).ToList();
        HasAssumedPorts = bare.Count > 0;
        LinkCapacity = [.. spec.Links.Select(l => l.BytesPerSecond), .. bare.Select(_ => AssumedPortBytesPerSecond)];
        _lanes = LinkCapacity;
        _isUplink = [.. spec.Links.Select(l => l.IsUplink), .. bare.Select(_ => false)];
        var port = spec.Links.Count;
        _linksOf = [.. spec.Hosts.Select(h => h.Links.Count == 0 ? [port++] : h.Links.Select(l => links[l]).ToArray())];
        PortCapacity = [.. _linksOf.Select(own => own.Where(l => !_isUplink[l]).Select(l => LinkCapacity[l]).DefaultIfEmpty(own.Min(l => LinkCapacity[l])).Min())];
    }

    public FleetSpec Spec { get; }

    public int Hosts { get; }

    public int Machines { get; }

    public int Dimensions => Quantities.Count;

    public int Links => LinkCapacity.Length;

    /// <summary>What the vectors hold, by place.</summary>
    public IReadOnlyList<HostQuantity> Quantities { get; }

    public IReadOnlyDictionary<string, int> HostIndex { get; }

    public IReadOnlyDictionary<string, int> MachineIndex { get; }

    /// <summary>What hosts have, a vector a host; infinite where nothing is limited.</summary>
    public double[] Capacity { get; }

    /// <summary>What machines need, a vector a machine.</summary>
    public double[] Need { get; }

    public int[] HostOf { get; }

    /// <summary>The stated target of each machine; -1 for none.</summary>
    public int[] To { get; }

    /// <summary>The group of each machine that never share a host; -1 for none.</summary>
    public int[] Group { get; }

    public int[] OutSlots { get; }

    public int[] InSlots { get; }

    public double[] LinkCapacity { get; }

    /// <summary>The narrowest link of a host that is not an uplink, in bytes per second.</summary>
    public double[] PortCapacity { get; }

    public bool HasAssumedPorts { get; }

    public string HostName(int host) => Spec.Hosts[host].Name;

    public string MachineName(int machine) => Spec.Machines[machine].Name;

    public ReadOnlySpan<int> LinksOf(int host) => _linksOf[host];

    public bool IsUplink(int link) => _isUplink[link];

    /// <summary>Whether a move between a host with this link and another host passes the link.</summary>
    public bool Passes(int link, int otherHost) => !_isUplink[link] || Array.IndexOf(_linksOf[otherHost], link) < 0;

    /// <summary>The same fleet, in which one move gets no more of a link than a lane of it.</summary>
    /// <param name="bytesPerSecond">The most of each link that one move gets, in bytes per second.</param>
    public FleetModel WithLanes(double[] bytesPerSecond)
    {
        var copy = (FleetModel)MemberwiseClone();
        copy._lanes = bytesPerSecond;
        return copy;
    }

    /// <summary>The rate of a move that is alone on its way: that of the narrowest link, in bytes per second.</summary>
    public double Rate(int from, int to)
    {
        var rate = double.PositiveInfinity;
        foreach (var link in _linksOf[from])
        {
            rate = Passes(link, to) ? Math.Min(rate, _lanes[link]) : rate;
        }

        foreach (var link in _linksOf[to])
        {
            rate = Passes(link, from) ? Math.Min(rate, _lanes[link]) : rate;
        }

        // Two hosts that have nothing but a common uplink: what is below it is not known, and it is taken to be no slower.
        return double.IsFinite(rate) ? rate : Math.Min(PortCapacity[from], PortCapacity[to]);
    }

    /// <summary>What is left on each host as machines stand now.</summary>
    public double[] FreeNow()
    {
        var free = (double[])Capacity.Clone();
        for (var m = 0; m < Machines; m++)
        {
            for (var d = 0; d < Dimensions; d++)
            {
                free[HostOf[m] * Dimensions + d] -= Need[m * Dimensions + d];
            }
        }

        return free;
    }

    private static Dictionary<string, int> Index(IEnumerable<string> names) => names.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);

    private static IEnumerable<HostQuantity> FindQuantities(FleetSpec spec)
    {
        yield return new HostQuantity("memory", h => h.MemoryBytes, m => m.MemoryBytes);
        if (spec.Hosts.Any(h => h.VCpus is not null))
        {
            yield return new HostQuantity("vCPUs", h => h.VCpus ?? double.PositiveInfinity, m => m.VCpus);
        }

        if (spec.Hosts.Any(h => h.HugePages is not null))
        {
            yield return new HostQuantity("huge pages", h => h.HugePages ?? double.PositiveInfinity, m => m.HugePages);
        }

        foreach (var kind in spec.Machines.SelectMany(m => m.Devices).Select(d => d.Needs).OfType<string>().Distinct())
        {
            yield return new HostQuantity(kind, h => h.Devices.GetValueOrDefault(kind), m => m.Devices.Count(d => d.Needs == kind));
        }
    }
}
