using System.Globalization;
using Planner.Documents;
using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Evaluation;

/// <summary>Reads workloads from YAML (<c>kind: Workloads</c>).</summary>
public static class WorkloadFileText
{
    private const string Kind = "Workloads";
    private const int MaximumNames = 100;
    private const int MaximumCells = 100_000;
    private const int MaximumItems = 64;
    private const double LongestMigrationSeconds = 3600;
    private const double SlowestBytesPerSecond = 1024;
    private const double ShortestPhaseSeconds = 0.001;

    /// <summary>Whether a text says that it is such a file; it may still be wrong.</summary>
    public static bool IsWorkloads(string text) => text.Split('\n').Any(line => line.Trim() == $"kind: {Kind}");

    /// <summary>Reads the one document of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not valid; the message has line and column.</exception>
    public static WorkloadFile Read(string text, string file)
    {
        var root = YamlText.Read(text, file, Kind);
        var spec = root.Map("spec");
        root.Finish();
        var links = ReadAll(spec, "links", ReadLink);
        var devices = ReadAll(spec, "devices", ReadDevices);
        var memory = ReadAll(spec, "memory", ReadMemory);
        var ram = spec.Bytes("ram");
        var written = memory.Values.OrderByDescending(m => m.Classes.Sum(c => (double)c.Bytes)).First();
        if (ram <= 0 || written.Classes.Sum(c => (double)c.Bytes) > ram)
        {
            throw spec.Error("ram", $"the memory '{written.Name}' is larger than 'ram' with {Quantity.FormatBytes(ram)}");
        }

        var grid = spec.Map("grid");
        var within = spec.Duration("completeWithin").TotalSeconds;
        if (within > LongestMigrationSeconds)
        {
            throw spec.Error("completeWithin", $"'completeWithin' must be at most {LongestMigrationSeconds:0} s");
        }

        var result = new WorkloadFile(ram, ReadGrid(grid, memory, links, devices), within);
        grid.Finish();
        spec.Finish();
        return result;
    }

    private static Dictionary<string, T> ReadAll<T>(YamlMap spec, string key, Func<YamlMap, string, T> read)
    {
        var map = spec.Map(key);
        var names = map.Keys.ToArray();
        if (names.Length is 0 or > MaximumNames)
        {
            throw spec.Error(key, $"'{key}' has {names.Length} entries; from 1 to {MaximumNames} are expected");
        }

        return names.ToDictionary(name => name, name => read(map, name));
    }

    private static LinkWorkload ReadLink(YamlMap parent, string name)
    {
        var map = parent.Map(name);
        if (map.Has("rate") == map.Has("levels"))
        {
            throw parent.Error(name, $"the link '{name}' needs either 'rate' or 'levels' with 'dwell'");
        }

        var levels = map.Has("rate") ? [map.BytesPerSecond("rate")] : map.List<double>("levels", TryParseRate, $"a rate above 0 {UnitText.BytesPerSecondForm}, such as 400MiB/s");
        if (levels.Count is 0 or > MaximumItems || levels.Min() < SlowestBytesPerSecond)
        {
            throw parent.Error(name, $"the link '{name}' needs 1 to {MaximumItems} rates of at least 1 KiB/s");
        }

        var dwell = map.Has("levels") ? map.Duration("dwell").TotalSeconds : double.PositiveInfinity;
        if (dwell < LinkWorkload.SlotSeconds)
        {
            throw map.Error("dwell", $"'dwell' must be at least {LinkWorkload.SlotSeconds * 1e3:0}ms, as long as one rate lasts");
        }

        var stopPhase = map.OptionalString("stopPhase") is { } text && text != "same"
            ? map.BytesPerSecond("stopPhase")
            : (double?)null;
        if (stopPhase < SlowestBytesPerSecond)
        {
            throw map.Error("stopPhase", "'stopPhase' must be at least 1 KiB/s");
        }

        var link = new LinkWorkload
        {
            Name = name,
            Levels = [.. levels],
            DwellSeconds = dwell,
            Jitter = Share(map, "jitter"),
            Dips = ReadDips(map),
            StopPhaseBytesPerSecond = stopPhase,
            StopPhaseJitter = Share(map, "stopPhaseJitter"),
        };
        map.Finish("dwell");
        return link;
    }

    private static LinkDips? ReadDips(YamlMap parent)
    {
        if (parent.OptionalMap("dips") is not { } map)
        {
            return null;
        }

        var every = map.Duration("every").TotalSeconds;
        var share = map.Percent("to", 1);
        var lasts = map.Duration("for").TotalSeconds;
        if (lasts >= every)
        {
            throw map.Error("for", "a dip must be shorter than the time from one to the next");
        }

        if (share is <= 0 or > 1)
        {
            throw map.Error("to", "'to' must be above 0% and at most 100%");
        }

        map.Finish();
        return new LinkDips(every, share, lasts);
    }

    private static MachineDevices ReadDevices(YamlMap parent, string name)
    {
        var maps = parent.Maps(name);
        return maps.Count <= MaximumItems
            ? new MachineDevices(name, [.. maps.Select(ReadDevice)])
            : throw parent.Error(name, $"'{name}' has {maps.Count} entries; at most {MaximumItems} are expected");
    }

    private static DeviceWorkload ReadDevice(YamlMap map)
    {
        var count = map.Integer("count", 1, 1, 1024);
        var state = map.Bytes("state");
        var arcs = map.Map("arcs");
        var device = new DeviceWorkload(
            count,
            state,
            LatencyText.Read(arcs, "quiesce"),
            LatencyText.Read(arcs, "stop"),
            LatencyText.Read(arcs, "load"),
            map.Choice<bool>("loads", false, ("serial", true), ("parallel", false)));
        arcs.Finish();
        map.Finish();
        return device;
    }

    private static MemoryWorkload ReadMemory(YamlMap parent, string name)
    {
        var map = parent.Map(name);
        var classes = map.Maps("classes").Select(ReadClass).ToArray();
        var phases = map.Maps("phases").Select(ReadPhase).ToArray();
        map.Finish();
        return classes.Length is > 0 and <= MaximumItems && phases.Length <= MaximumItems
            ? new MemoryWorkload(name, classes, phases)
            : throw parent.Error(name, $"the memory '{name}' needs 1 to {MaximumItems} classes and at most {MaximumItems} phases");
    }

    private static MemoryClass ReadClass(YamlMap map)
    {
        var memory = new MemoryClass(map.Bytes("size"), map.Duration("timeConstant").TotalSeconds);
        map.Finish();
        return memory;
    }

    private static MemoryPhase ReadPhase(YamlMap map)
    {
        var phase = new MemoryPhase(map.Duration("for").TotalSeconds, map.Number("scale", 1, 0, 1e6));
        if (phase.Seconds < ShortestPhaseSeconds)
        {
            throw map.Error("for", $"a phase must last at least {ShortestPhaseSeconds * 1e3:0}ms");
        }

        map.Finish();
        return phase;
    }

    private static WorkloadGrid ReadGrid(
        YamlMap map,
        Dictionary<string, MemoryWorkload> memory,
        Dictionary<string, LinkWorkload> links,
        Dictionary<string, MachineDevices> devices)
    {
        var limits = map.List<TimeSpan>("limit", TryParseLimit, $"a duration above 0 {UnitText.DurationForm}, such as 300ms");
        var confidences = map.List<double>("confidence", TryParseConfidence, "a share from 0.5 to 0.9999, such as 0.99");
        var grid = new WorkloadGrid(
            Named(map, "memory", memory),
            Named(map, "link", links),
            Named(map, "devices", devices),
            [.. limits.Select(l => l.TotalSeconds)],
            [.. confidences]);
        var cells = (double)grid.Memory.Count * grid.Links.Count * grid.Devices.Count * limits.Count * confidences.Count;
        return cells is >= 1 and <= MaximumCells
            ? grid
            : throw map.Error("memory", $"the grid has {cells:0} cells; from 1 to {MaximumCells} are expected");
    }

    private static T[] Named<T>(YamlMap map, string key, Dictionary<string, T> known) =>
    [
        .. map.Strings(key).Select(name => known.TryGetValue(name, out var value)
            ? value
            : throw map.Error(key, $"'{name}' is not described above; known are {string.Join(", ", known.Keys)}")),
    ];

    private static double Share(YamlMap map, string key)
    {
        var share = map.Percent(key, 0);
        return share <= 1 ? share : throw map.Error(key, $"'{key}' must be at most 100%");
    }

    private static bool TryParseRate(string text, out double rate) => UnitText.TryParseBytesPerSecond(text, out rate) && rate > 0;

    private static bool TryParseLimit(string text, out TimeSpan limit) => UnitText.TryParseDuration(text, out limit) && limit > TimeSpan.Zero;

    private static bool TryParseConfidence(string text, out double confidence) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out confidence) && confidence is >= 0.5 and <= 0.9999;
}
