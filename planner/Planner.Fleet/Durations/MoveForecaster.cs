using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Foretells moves: duration, blackout, and whether the SLA class allows it. What is alike is computed once.</summary>
/// <remarks>Not for several threads at once.</remarks>
internal sealed class MoveForecaster
{
    private readonly MoveEvidence _evidence;
    private readonly List<MachineShape> _shapes = [];
    private readonly int[] _shapeOf;
    private readonly Dictionary<(int Shape, double Rate), MoveForecast> _known = [];
    private readonly MoveForecast?[] _last;

    public MoveForecaster(FleetSpec fleet, IReadOnlyList<SlaPolicy> classes, IReadOnlyDictionary<string, DeviceBlackout> devices)
    {
        _evidence = new MoveEvidence(fleet.Evidence);
        _last = new MoveForecast?[fleet.Machines.Count];
        _shapeOf = new int[fleet.Machines.Count];
        var byName = classes.ToDictionary(c => c.Name);
        var shapes = new Dictionary<(long, DirtyMemory?, string?, DeviceBlackout), int>();
        for (var m = 0; m < _shapeOf.Length; m++)
        {
            var machine = fleet.Machines[m];
            var blackout = DeviceBlackout.None;
            foreach (var device in machine.Devices)
            {
                blackout = device.Profile is { } profile ? blackout.Plus(devices[profile]) : blackout;
            }

            var key = (machine.MemoryBytes, machine.Dirty, machine.Sla, blackout);
            if (!shapes.TryGetValue(key, out _shapeOf[m]))
            {
                _shapeOf[m] = shapes[key] = _shapes.Count;
                _shapes.Add(new MachineShape(machine.MemoryBytes, machine.Dirty, machine.Sla is { } sla ? byName[sla] : null, blackout));
            }
        }
    }

    /// <summary>Whether durations rest on a model alone, since no move was ever measured.</summary>
    public bool IsWithoutEvidence => _evidence.IsEmpty;

    public MachineShape Shape(int machine) => _shapes[_shapeOf[machine]];

    /// <summary>The forecast for a machine at a bandwidth in bytes per second.</summary>
    public MoveForecast Of(int machine, double bytesPerSecond)
    {
        if (_last[machine] is { } last && last.BytesPerSecond == bytesPerSecond)
        {
            return last;
        }

        var key = (_shapeOf[machine], bytesPerSecond);
        if (!_known.TryGetValue(key, out var forecast))
        {
            forecast = _known[key] = Make(_shapes[key.Item1], bytesPerSecond);
        }

        return _last[machine] = forecast;
    }

    private MoveForecast Make(MachineShape shape, double bytesPerSecond)
    {
        var blackout = BlackoutForecast.Of(shape, bytesPerSecond);
        var (seconds, spread) = _evidence.Foretell(
            shape.MemoryBytes,
            bytesPerSecond,
            (memory, rate) => PreCopyModel.Seconds(memory, rate, shape.Dirty, blackout.DirtyRateLimit, blackout.StopBytes) + shape.Devices.P50Seconds + shape.Devices.StateBytes / rate);
        var isInTime = shape.Sla?.CompleteWithin is not { } within || seconds * spread.P95Factor <= within.TotalSeconds;
        return new MoveForecast(bytesPerSecond, seconds, spread, blackout, blackout.Fits && isInTime);
    }
}
