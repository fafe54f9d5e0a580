using System.Collections.Immutable;
using System.Globalization;
using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Reads device profiles from YAML (<c>kind: DeviceProfile</c>).</summary>
public static class DeviceProfileText
{
    private const string Kind = "DeviceProfile";

    /// <summary>Reads the one profile of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not a valid profile; the message has line and column.</exception>
    public static DeviceProfile Read(string text, string file)
    {
        var root = YamlText.Read(text, file, Kind);
        var metadata = root.Map("metadata");
        var name = ReadWord(metadata, "name", 63, null);
        var deviceClass = ReadWord(metadata, "class", VfioUserProtocol.MaxDeviceClassLength, $"sim/{name}");
        metadata.Finish();
        var spec = root.Map("spec");
        root.Finish();
        var profile = ReadSpec(spec, name, deviceClass);
        spec.Finish();
        return profile;
    }

    private static DeviceProfile ReadSpec(YamlMap spec, string name, string deviceClass)
    {
        var capabilities = ReadFlags(spec);
        var (defaultLatency, latencies) = ReadArcs(spec, capabilities);
        var (stateBytes, jitter) = ReadState(spec);
        return new DeviceProfile
        {
            Name = name,
            DeviceClass = deviceClass,
            Capabilities = capabilities,
            CommitArc = spec.Has("commitArc")
                ? ReadArc(spec, "commitArc", capabilities)
                : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
            DefaultLatency = defaultLatency,
            Latencies = latencies,
            Load = ReadLoad(spec),
            StateBytes = stateBytes,
            StateJitter = jitter,
            ReadBytesPerSecond = ReadReadRate(spec),
            PreCopy = ReadPreCopy(spec, capabilities, stateBytes),
            DataSize = ReadDataSize(spec),
            ReportsArcLatency = ReadOffered(spec, "arcLatencyReport"),
            Deadline = ReadDeadline(spec),
            Faults = [.. spec.Maps("faults").Select(m => ReadFault(m, capabilities))],
        };
    }

    private static string ReadWord(YamlMap map, string key, int longest, string? fallback)
    {
        var word = fallback is null ? map.String(key) : map.OptionalString(key) ?? fallback;
        return word.Length > 0 && word.Length <= longest && word.All(c => c is > ' ' and <= '~')
            ? word
            : throw map.Error(key, $"'{key}' must have 1 to {longest} printable ASCII characters without spaces");
    }

    private static MigrationCapabilities ReadFlags(YamlMap spec)
    {
        var flags = spec.List<MigrationCapabilities>("flags", MigrationCapabilitySets.TryParse, "a flag; STOP_COPY, P2P and PRE_COPY are known");
        var capabilities = flags.Aggregate(MigrationCapabilities.None, (all, flag) => all | flag);
        return capabilities.CanMigrate()
            ? capabilities
            : throw spec.Error("flags", "'flags' must hold STOP_COPY, which every migratable device has");
    }

    private static (LatencyProfile Default, ImmutableDictionary<Arc, LatencyProfile> Latencies) ReadArcs(YamlMap spec, MigrationCapabilities capabilities)
    {
        const string Default = "default";
        var map = spec.Map("arcs");
        var latencies = ImmutableDictionary.CreateBuilder<Arc, LatencyProfile>();
        foreach (var key in map.Keys.Where(k => k != Default))
        {
            var arc = CheckArc(key, capabilities, problem => map.KeyError(key, problem));
            if (!latencies.TryAdd(arc, LatencyText.Read(map, key)))
            {
                throw map.KeyError(key, $"the arc {arc} is in 'arcs' twice");
            }
        }

        if (map.Has(Default))
        {
            return (LatencyText.Read(map, Default), latencies.ToImmutable());
        }

        foreach (var arc in DeviceProfile.SingleArcs(capabilities))
        {
            if (!latencies.ContainsKey(arc))
            {
                throw spec.Error("arcs", $"'arcs' has neither {arc} nor a 'default' for the arcs it does not name");
            }
        }

        return (latencies.Values.First(), latencies.ToImmutable());
    }

    private static Arc ReadArc(YamlMap map, string key, MigrationCapabilities capabilities) =>
        CheckArc(map.String(key), capabilities, problem => map.Error(key, problem));

    private static Arc CheckArc(string text, MigrationCapabilities capabilities, Func<string, DocumentException> error)
    {
        if (!Arc.TryParse(text, out var arc))
        {
            throw error($"'{text}' is not an arc; write for example RUNNING->STOP");
        }

        if (MigrationStateMachine.IsSingleArc(arc, capabilities))
        {
            return arc;
        }

        var flags = string.Join(", ", capabilities.Names());
        throw error(MigrationStateMachine.TryGetPath(arc.From, arc.To, capabilities, out var path) && path.Length > 1
            ? $"a device with the flags [{flags}] runs {arc} as {string.Join(", ", path)}; name those arcs"
            : $"a device with the flags [{flags}] has no arc {arc}");
    }

    private static LoadProfile ReadLoad(YamlMap spec)
    {
        if (spec.OptionalMap("load") is not { } map)
        {
            return LoadProfile.Instant;
        }

        var load = new LoadProfile(
            map.OptionalValue<TimeSpan>("fixed", TimeSpan.Zero, UnitText.TryParseDuration, $"a duration {UnitText.DurationForm}, such as 5ms,"),
            map.Has("rate") ? map.BytesPerSecond("rate") : null);
        map.Finish();
        return load;
    }

    private static (long Bytes, double Jitter) ReadState(YamlMap spec)
    {
        var map = spec.Map("state");
        var bytes = map.Bytes("bytes");
        var jitter = ReadShare(map, "jitter");
        map.Finish();
        return (bytes, jitter);
    }

    private static double? ReadReadRate(YamlMap spec)
    {
        if (spec.OptionalMap("read") is not { } map)
        {
            return null;
        }

        var rate = map.BytesPerSecond("rate");
        map.Finish();
        return rate;
    }

    private static PreCopyProfile ReadPreCopy(YamlMap spec, MigrationCapabilities capabilities, long stateBytes)
    {
        if (spec.OptionalMap("preCopy") is not { } map)
        {
            return PreCopyProfile.Nothing;
        }

        if (!capabilities.Has(MigrationCapabilities.PreCopy))
        {
            throw spec.KeyError("preCopy", "'preCopy' needs the flag PRE_COPY");
        }

        var initial = map.Bytes("initial", 0);
        if (initial > stateBytes)
        {
            throw map.Error("initial", $"'initial' is {Quantity.FormatBytes(initial)}, more than the whole state of {Quantity.FormatBytes(stateBytes)}");
        }

        var dirtyRate = map.BytesPerSecond("dirtyRate", 0);
        var cap = map.Bytes("dirtyCap", stateBytes);
        if (cap > stateBytes)
        {
            throw map.Error("dirtyCap", $"'dirtyCap' is {Quantity.FormatBytes(cap)}, more than the whole state of {Quantity.FormatBytes(stateBytes)}");
        }

        var profile = new PreCopyProfile(initial, dirtyRate, cap, ReadProbability(map, "reinit", 0));
        map.Finish();
        return profile;
    }

    private static DataSizeMeaning? ReadDataSize(YamlMap spec)
    {
        if (spec.OptionalMap("dataSize") is not { } map)
        {
            return null;
        }

        var offered = map.Flag("offered", true);
        var meaning = map.Choice<DataSizeMeaning>(
            "meaning",
            DataSizeMeaning.Total,
            ("total", DataSizeMeaning.Total),
            ("maximum", DataSizeMeaning.Maximum),
            ("remaining", DataSizeMeaning.Remaining));
        map.Finish();
        return offered ? meaning : null;
    }

    private static bool ReadOffered(YamlMap spec, string key)
    {
        if (spec.OptionalMap(key) is not { } map)
        {
            return false;
        }

        var offered = map.Flag("offered", true);
        map.Finish();
        return offered;
    }

    private static DeadlineProfile ReadDeadline(YamlMap spec)
    {
        if (spec.OptionalMap("deadline") is not { } map)
        {
            return DeadlineProfile.None;
        }

        var shape = map.Choice<DeadlineShape>(
            "shape",
            null,
            ("none", DeadlineShape.None),
            ("A", DeadlineShape.A),
            ("B", DeadlineShape.B),
            ("C", DeadlineShape.C));
        var feature = map.OptionalValue<ushort>(
            "feature",
            VfioUserProtocol.DefaultDeadlineFeature,
            TryParseFeature,
            "a feature number from 14 to 0xffff that no other feature has, such as 0xfd01,");
        var deadline = new DeadlineProfile(shape, feature, map.Flag("canAbortInFlight", false));
        map.Finish();
        return deadline;
    }

    // Feature numbers 0 to 13 are the kernel's (linux/vfio.h of 7.3).
    private static bool TryParseFeature(string text, out ushort feature)
    {
        var read = text.StartsWith("0x", StringComparison.Ordinal)
            ? ushort.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out feature)
            : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out feature);
        return read && feature is > 13 and not VfioUserProtocol.DefaultArcLatencyFeature and not VfioUserProtocol.DefaultPreCopyInfoFeature;
    }

    private static ArcFault ReadFault(YamlMap map, MigrationCapabilities capabilities)
    {
        var arc = ReadArc(map, "arc", capabilities);
        var errno = map.Value<Errno>("errno", TryParseErrno, "the name of an error such as EIO, or a number from 1 to 4095,");
        var leaves = map.OptionalValue<DeviceState>(
            "leavesState",
            arc.From,
            (string text, out DeviceState state) =>
                DeviceStates.TryParse(text, out state) && (state == DeviceState.Error || MigrationStateMachine.Exists(state, capabilities)),
            "a state that the device has, or ERROR,");
        var fault = new ArcFault(arc, errno, ReadProbability(map, "probability", 1), leaves);
        map.Finish();
        return fault;
    }

    private static bool TryParseErrno(string text, out Errno errno)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            errno = (Errno)number;
            return number is > 0 and <= 4095;
        }

        return Enum.TryParse(text, out errno) && errno != Errno.None && Enum.IsDefined(errno) && text.StartsWith('E');
    }

    private static double ReadProbability(YamlMap map, string key, double fallback) => map.Number(key, fallback, 0, 1);

    private static double ReadShare(YamlMap map, string key)
    {
        var share = map.Percent(key, 0);
        return share <= 1 ? share : throw map.Error(key, $"'{key}' is above 100%");
    }
}
