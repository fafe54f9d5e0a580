using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>What is known of the passed-through devices of a machine that its hypervisor migrates: the arcs of each, and the state of all together.</summary>
/// <remarks>
/// Arcs are kept by the device's class alone: a device takes as long in another machine and under another version of the hypervisor, which adds a
/// millisecond at most. They are apart from those of devices that the planner walks itself. How many bytes the stop phase carries, and how long reading and loading them takes, is told of all devices together and kept by the machine's class; each device
/// is shown an equal part. What the devices were told to do in this migration shows which states they have.
/// </remarks>
public sealed class PassedDeviceEvidence
{
    // While nothing was measured of a device: a guess on the short side, so that a class that accepts guesses comes to measure. Not for any promise.
    private static readonly double[] AssumedSeconds = [0.001, 0.003, 0.006];

    private readonly IReadOnlyList<MigratableDevice> _devices;
    private readonly Dictionary<(string Class, Arc Arc), SampleList> _arcs = [];
    private readonly SampleList _bytes = new(HypervisorEvidence.Window);
    private readonly SampleList _ratios = new(HypervisorEvidence.Window);
    private readonly SampleList _secondsPerByte = new(HypervisorEvidence.Window);
    private readonly Dictionary<string, DeviceState> _states = [];
    private readonly HashSet<string> _withP2P = [];

    internal PassedDeviceEvidence(string machineClass, IReadOnlyList<MigratableDevice> devices)
    {
        _devices = devices;
        StateClass = $"{machineClass}/state";
    }

    /// <summary>Whether the arcs of each device are told. If not, all of them are counted with the hypervisor's own parts.</summary>
    public bool TellsArcs => _devices.Count > 0;

    /// <summary>What sizes and transfers of the devices' state are kept under.</summary>
    public string StateClass { get; }

    /// <summary>The classes that arcs and sizes are kept under.</summary>
    public IReadOnlyList<string> Classes => [.. _devices.Select(ClassOf).Distinct(), StateClass];

    /// <summary>The devices' bytes of past stop phases, on the median; 0 while none was seen.</summary>
    public long LearnedBytes => (long)(_bytes.Median() ?? 0);

    /// <summary>Past actual / expected bytes, oldest first.</summary>
    internal double[] SizeRatios => _ratios.ToArray();

    /// <summary>The class of a device's arcs; null for a device that was not there at the start.</summary>
    public string? ClassOf(string device) => _devices.FirstOrDefault(d => d.Name == device) is { } found ? ClassOf(found) : null;

    /// <summary>Takes notice of a state that a device came to in this migration.</summary>
    public void See(MigrationSide side, DeviceStateChanged moved)
    {
        if (ClassOf(moved.Device) is null)
        {
            return;
        }

        if (side == MigrationSide.Source && !moved.IsPreparing)
        {
            _states[moved.Device] = moved.State;
        }

        if (moved.State is DeviceState.RunningP2P or DeviceState.PreCopyP2P)
        {
            _withP2P.Add(moved.Device);
        }
    }

    internal void Add(ArcSample sample)
    {
        if (sample.Outcome != ArcOutcome.Completed)
        {
            return;
        }

        if (!_arcs.TryGetValue((sample.DeviceClass, sample.Arc), out var list))
        {
            _arcs[(sample.DeviceClass, sample.Arc)] = list = new SampleList(HypervisorEvidence.Window);
        }

        list.Add(sample.Duration.TotalSeconds);
    }

    internal void Add(StateSizeSample sample)
    {
        if (sample.DeviceClass != StateClass)
        {
            return;
        }

        // Where nothing was expected the median of those before stands for it.
        var expected = sample.ExpectedBytes is > 0 and var told ? told : LearnedBytes;
        if (expected > 0)
        {
            _ratios.Add((double)sample.ActualBytes / expected);
        }

        _bytes.Add(sample.ActualBytes);
    }

    internal void Add(TransferSample sample)
    {
        if (sample.Link == StateClass && sample.Bytes > 0)
        {
            _secondsPerByte.Add(sample.Moving.TotalSeconds / sample.Bytes);
        }
    }

    /// <summary>How long reading and loading so many bytes takes, and how many of the first values are assumed.</summary>
    internal (double[] Seconds, int Assumed) StateSeconds(long bytes, AssumedSpread spread)
    {
        if (bytes == 0 || _secondsPerByte.Count == 0)
        {
            return ([], 0);
        }

        var (seconds, assumed) = spread.Of(_secondsPerByte.ToArray());
        return ([.. seconds.Select(s => s * bytes)], assumed);
    }

    /// <summary>The devices with equal parts of the state: a hypervisor tells the bytes of all together.</summary>
    internal IEnumerable<DeviceEvidence> Snapshot(long bytes, AssumedSpread spread) =>
        _devices.Select((device, i) => Snapshot(device, (bytes / _devices.Count) + (i < bytes % _devices.Count ? 1 : 0), spread));

    private static string ClassOf(MigratableDevice device) => $"hypervisor/{device.Class}";

    private DeviceEvidence Snapshot(MigratableDevice device, long bytes, AssumedSpread spread)
    {
        var deviceClass = ClassOf(device);
        var known = _arcs.Where(a => a.Key.Class == deviceClass).ToDictionary(a => a.Key.Arc, a => a.Value);
        var hasPreCopy = _states.TryGetValue(device.Name, out var now) ? now is DeviceState.PreCopy or DeviceState.PreCopyP2P : known.Keys.Any(a => a.From == DeviceState.PreCopy);

        // QEMU needs the P2P states to migrate several devices, and nearly all have them. One that was seen without says so by its arcs.
        var hasP2P = _withP2P.Contains(device.Name) || known.Count == 0 || known.Keys.Any(a => IsP2P(a.From) || IsP2P(a.To));
        var state = hasPreCopy ? DeviceState.PreCopy : DeviceState.Running;
        var (stateSeconds, assumed) = StateSeconds(bytes, spread);
        return new DeviceEvidence
        {
            Name = device.Name,
            Class = deviceClass,
            State = state.Name(),
            Flags = ["STOP_COPY", .. hasP2P ? new[] { "P2P" } : [], .. hasPreCopy ? new[] { "PRE_COPY" } : []],
            StateBytes = bytes,
            StateSizeRatios = SizeRatios,
            StateSeconds = stateSeconds,
            StateSecondsAssumed = assumed,
            Arcs = [.. Walk(state, hasP2P).Select(arc => Evidence(arc, known, spread))],
        };
    }

    /// <summary>The arcs as QEMU walks and tells them: those out of RESUMING up to RUNNING_P2P as one.</summary>
    private static Arc[] Walk(DeviceState state, bool hasP2P) => (state, hasP2P) switch
    {
        (DeviceState.PreCopy, true) => [new(DeviceState.PreCopy, DeviceState.PreCopyP2P), new(DeviceState.PreCopyP2P, DeviceState.StopCopy), .. Starting],
        (DeviceState.PreCopy, false) => [new(DeviceState.PreCopy, DeviceState.StopCopy), new(DeviceState.Resuming, DeviceState.Running)],
        (_, true) => [new(DeviceState.Running, DeviceState.RunningP2P), new(DeviceState.RunningP2P, DeviceState.Stop), new(DeviceState.Stop, DeviceState.StopCopy), .. Starting],
        _ => [new(DeviceState.Running, DeviceState.Stop), new(DeviceState.Stop, DeviceState.StopCopy), new(DeviceState.Resuming, DeviceState.Running)],
    };

    private static Arc[] Starting => [new(DeviceState.Resuming, DeviceState.RunningP2P), new(DeviceState.RunningP2P, DeviceState.Running)];

    private static bool IsP2P(DeviceState state) => state is DeviceState.RunningP2P or DeviceState.PreCopyP2P;

    private static ArcEvidence Evidence(Arc arc, Dictionary<Arc, SampleList> known, AssumedSpread spread)
    {
        if (arc == new Arc(DeviceState.Stop, DeviceState.StopCopy))
        {
            // When it begins is not told; it is counted with the reading of the state, which it comes just before.
            return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = [0] };
        }

        var (seconds, assumed) = known.TryGetValue(arc, out var list) ? spread.Of(list.ToArray()) : (AssumedSeconds, AssumedSeconds.Length);
        return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = seconds, Assumed = assumed };
    }
}
