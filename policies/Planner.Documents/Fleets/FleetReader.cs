using System.Globalization;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>Reads the parts of one fleet in the order in which they refer to each other: links, hosts, machines, task.</summary>
internal sealed class FleetReader(YamlMap spec, FleetNames names)
{
    private const int LongestName = 253;
    private const int MostAtATime = 100_000;
    private const int MostVCpus = 1_000_000;
    private const int MostSlots = 1_000_000;
    private const double MostHugePages = 1e15;

    private readonly Dictionary<string, FleetLink> _links = [];
    private readonly Dictionary<string, (FleetHost Host, YamlMap Map)> _hosts = [];
    private readonly Dictionary<string, FleetMachine> _machines = [];
    private bool? _pagesAreBytes;

    public FleetSpec Read()
    {
        foreach (var map in spec.Maps("links"))
        {
            Add(_links, map, ReadLink(map), l => l.Name, "link");
        }

        foreach (var map in spec.Maps("hosts"))
        {
            Add(_hosts, map, (Host: ReadHost(map), map), h => h.Host.Name, "host");
        }

        if (_hosts.Count == 0)
        {
            throw spec.Error("hosts", "the fleet has no hosts; write hosts: [ { name: h1, memory: 512GiB } ]");
        }

        foreach (var map in spec.Maps("machines"))
        {
            Add(_machines, map, ReadMachine(map), m => m.Name, "machine");
        }

        CheckFill();
        return new FleetSpec
        {
            Links = [.. _links.Values],
            Hosts = [.. _hosts.Values.Select(h => h.Host)],
            Machines = [.. _machines.Values],
            Task = ReadTask(spec.Map("task")),
            Evidence = [.. spec.Maps("evidence").Select(ReadPastMove)],
        };
    }

    private static void Add<T>(Dictionary<string, T> all, YamlMap map, T item, Func<T, string> nameOf, string what)
    {
        var name = nameOf(item);
        if (name.Length is 0 or > LongestName)
        {
            throw map.Error("name", $"a {what}'s name has 1 to {LongestName} characters");
        }

        if (!all.TryAdd(name, item))
        {
            throw map.Error("name", $"the {what} '{name}' is in this fleet twice; give each a name of its own");
        }

        map.Finish();
    }

    private static FleetLink ReadLink(YamlMap map) => new(map.String("name"), Rate(map, "capacity"), map.Flag("uplink", false));

    private static double Rate(YamlMap map, string key)
    {
        var rate = map.BytesPerSecond(key);
        return rate >= ValueLimits.LeastBytesPerSecond ? rate : throw map.Error(key, $"'{key}' is at least {ValueLimits.LeastBytesPerSecond} B/s, such as 10Gbit/s");
    }

    private static long Memory(YamlMap map) => map.Bytes("memory") is > 0 and var bytes ? bytes : throw map.Error("memory", "'memory' is above 0, such as 64GiB");

    private FleetHost ReadHost(YamlMap map)
    {
        var links = map.List<string>("links", (string text, out string link) => _links.ContainsKey(link = text), "the name of a link of this fleet");
        if (links.Distinct().Count() < links.Count)
        {
            throw map.Error("links", "a link stands in 'links' twice");
        }

        return new FleetHost(map.String("name"), Memory(map))
        {
            VCpus = Optional(map, "vcpus", MostVCpus),
            HugePages = map.Has("hugePages") ? HugePages(map) : null,
            Links = links,
            MaxOutgoing = Optional(map, "maxOutgoing", MostAtATime),
            MaxIncoming = Optional(map, "maxIncoming", MostAtATime),
            Devices = map.OptionalMap("devices") is { } slots ? slots.Keys.ToDictionary(kind => kind, kind => slots.Integer(kind, 0, 0, MostSlots)) : new Dictionary<string, int>(),
            Labels = map.OptionalMap("labels") is { } labels ? labels.Keys.ToDictionary(label => label, labels.String) : new Dictionary<string, string>(),
        };
    }

    private FleetMachine ReadMachine(YamlMap map)
    {
        var machine = new FleetMachine(map.String("name"), HostName(map, "host"), Memory(map))
        {
            VCpus = map.Integer("vcpus", 0, 1, MostVCpus),
            HugePages = map.Has("hugePages") ? HugePages(map) : 0,
            Sla = map.OptionalString("sla"),
            Dirty = map.OptionalMap("dirty") is { } dirty ? ReadDirty(dirty) : null,
            Devices = [.. map.Maps("devices").Select(ReadDevice)],
            AntiAffinity = map.OptionalString("antiAffinity"),
            To = map.Has("to") ? HostName(map, "to") : null,
        };
        if (machine.Sla is { } sla && !names.Classes.Contains(sla))
        {
            throw map.Error("sla", $"there is no SLA class '{sla}'; known are {string.Join(", ", names.Classes)}");
        }

        return machine.To == machine.Host ? throw map.Error("to", $"the machine is on '{machine.Host}' already; name another host, or leave 'to' out") : machine;
    }

    private string HostName(YamlMap map, string key) =>
        map.String(key) is var name && _hosts.ContainsKey(name) ? name : throw map.Error(key, $"there is no host '{name}' in this fleet");

    private static DirtyMemory ReadDirty(YamlMap map)
    {
        var dirty = new DirtyMemory(map.Bytes("workingSet"), map.Duration("timeConstant").TotalSeconds);
        map.Finish();
        return dirty;
    }

    private FleetDevice ReadDevice(YamlMap map)
    {
        var device = new FleetDevice(map.OptionalString("profile"), map.OptionalString("needs"));
        map.Finish();
        return device switch
        {
            { Profile: null, Needs: null } => throw map.Error("profile", "a device has a profile, needs a kind of slot, or both: { profile: fast-nic, needs: mlx5-vf }"),
            { Profile: { } profile } when !names.IsProfile(profile) => throw map.Error("profile", $"there is no device profile '{profile}'; name a built-in one or a file beside this one"),
            _ => device,
        };
    }

    private static int? Optional(YamlMap map, string key, int most) => map.Has(key) ? map.Integer(key, 0, 0, most) : null;

    private double HugePages(YamlMap map)
    {
        var isBytes = false;
        var pages = map.Value<double>("hugePages", Parse, "a whole number of pages, or a size such as 64GiB,");
        if (_pagesAreBytes is { } before && before != isBytes)
        {
            throw map.Error("hugePages", "huge pages are a number of pages or a size, and the same in the whole fleet");
        }

        _pagesAreBytes = isBytes;
        return pages;

        bool Parse(string text, out double value)
        {
            isBytes = UnitText.TryParseBytes(text, out var bytes);
            value = bytes;
            return isBytes || (double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= MostHugePages);
        }
    }

    private static PastMove ReadPastMove(YamlMap map)
    {
        // These names say their unit, so that a plain number needs none.
        var move = new PastMove(
            (long)Positive("memory", (string text, out double value) => { var ok = UnitText.TryParseBytes(text, out var bytes); value = bytes; return ok; }, "a size such as 2GiB", 1L << 53),
            Positive("bytesPerSecond", UnitText.TryParseBytesPerSecond, "a rate such as 125MB/s", ValueLimits.MostBytesPerSecond),
            Positive("seconds", (string text, out double value) => { var ok = UnitText.TryParseDuration(text, out var time); value = time.TotalSeconds; return ok; }, "a time such as 17.4s", ValueLimits.LongestSeconds));
        map.Finish();
        return move;

        double Positive(string key, YamlMap.Parser<double> withUnit, string form, double most) => map.Value<double>(
            key,
            (string text, out double value) => (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || withUnit(text, out value))
                && value > (key == "seconds" ? 0 : ValueLimits.LeastBytesPerSecond) && value <= most,
            $"a plain number above {(key == "seconds" ? 0 : 1)}, or {form},");
    }

    /// <summary>What is on a host now has to fit it. vCPUs are the exception: hosts with more than was meant to be are a thing of every day, and then no machine is added.</summary>
    private void CheckFill()
    {
        foreach (var here in _machines.Values.GroupBy(m => m.Host))
        {
            var (host, map) = _hosts[here.Key];
            var memory = here.Sum(m => (double)m.MemoryBytes);
            if (memory > host.MemoryBytes)
            {
                throw map.Error("memory", $"the machines on '{host.Name}' have {Quantity.FormatBytes(memory)} together, and it has {Quantity.FormatBytes(host.MemoryBytes)}");
            }

            if (here.Sum(m => m.HugePages) is var pages && pages > host.HugePages)
            {
                throw map.Error("hugePages", $"the machines on '{host.Name}' have {pages:0} huge pages together, and it has {host.HugePages:0}");
            }

            foreach (var slots in here.SelectMany(m => m.Devices).Where(d => d.Needs is not null).GroupBy(d => d.Needs!))
            {
                if (slots.Count() is var used && used > host.Devices.GetValueOrDefault(slots.Key))
                {
                    throw map.Error("devices", $"the machines on '{host.Name}' have {used} devices of kind '{slots.Key}', and it has {host.Devices.GetValueOrDefault(slots.Key)} slots of it");
                }
            }
        }
    }

    private FleetTask ReadTask(YamlMap map)
    {
        var task = new FleetTask(ReadKind(map))
        {
            Drain = map.List<string>("drain", (string text, out string host) => _hosts.ContainsKey(host = text), "the name of a host of this fleet"),
            FinishWithin = map.OptionalDuration("finishWithin"),
            Confidence = map.Number("confidence", FleetTask.UsualConfidence, 0.5, SlaPolicy.HighestConfidence),
            KeepSpareHosts = map.Integer("keepSpareHosts", 0, 0, MostAtATime),
        };
        if (task.Kind == FleetTaskKind.Upgrade)
        {
            task = task with { Reboot = map.OptionalDuration("reboot") ?? FleetTask.UsualReboot };
        }

        if (task.Kind == FleetTaskKind.Drain)
        {
            task = task with { MakeRoom = map.Flag("makeRoom", false) };
        }

        map.Finish("reboot", "makeRoom");
        CheckTask(task, map);
        return task;
    }

    private static FleetTaskKind ReadKind(YamlMap map)
    {
        var kinds = new List<FleetTaskKind>();
        if (map.Has("drain"))
        {
            kinds.Add(FleetTaskKind.Drain);
        }

        if (map.Flag("moveGiven", false))
        {
            kinds.Add(FleetTaskKind.MoveGiven);
        }

        foreach (var (key, kind) in ((string, FleetTaskKind)[])[("upgrade", FleetTaskKind.Upgrade), ("assess", FleetTaskKind.Assess)])
        {
            if (map.Has(key))
            {
                kinds.Add(map.Choice<FleetTaskKind>(key, null, ("all", kind)));
            }
        }

        return kinds.Count == 1
            ? kinds[0]
            : throw map.Error("drain", $"a task is one of drain: [HOST, …], moveGiven: true, upgrade: all and assess: all; {(kinds.Count == 0 ? "none is" : "more than one are")} here");
    }

    private void CheckTask(FleetTask task, YamlMap map)
    {
        if (task.Kind == FleetTaskKind.Drain && (task.Drain.Count == 0 || task.Drain.Distinct().Count() < task.Drain.Count))
        {
            throw map.Error("drain", task.Drain.Count == 0 ? "'drain' names no host" : "a host stands in 'drain' twice");
        }

        if (task.KeepSpareHosts > 0 && task.KeepSpareHosts >= _hosts.Count - task.Drain.Count)
        {
            throw map.Error("keepSpareHosts", $"{task.KeepSpareHosts} spare hosts leave none of the {_hosts.Count - task.Drain.Count} that stay to take machines");
        }

        if (task.Kind == FleetTaskKind.MoveGiven && _machines.Values.All(m => m.To is null))
        {
            throw map.Error("moveGiven", "no machine says where it is to go; give those that are to move 'to: HOST'");
        }

        if (_machines.Values.FirstOrDefault(m => m.To is { } to && task.Drain.Contains(to) && task.Drain.Contains(m.Host)) is { } back)
        {
            throw map.Error("drain", $"the machine '{back.Name}' is to go to '{back.To}', which is to be empty; give it another target, or none");
        }
    }
}
