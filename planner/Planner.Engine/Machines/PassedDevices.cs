using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The passed-through devices of a machine that its hypervisor migrates, where the arcs of each are told.</summary>
/// <remarks>The state is told of all devices together; each is shown an equal part. What the devices were told to do in this migration shows which states they
/// have.</remarks>
internal sealed class PassedDevices(MachineKeys keys, EvidenceView view)
{
    // While nothing was measured of a device: a guess on the short side, so that a class that accepts guesses comes to measure. Not for any promise.
    private static readonly Samples AssumedSeconds = Samples.Of([0.001, 0.003, 0.006]);

    private readonly Dictionary<string, DeviceState> _states = [];
    private readonly HashSet<string> _withP2P = [];

    /// <summary>Takes notice of a state that a device came to in this migration.</summary>
    public void See(MigrationSide side, DeviceStateChanged moved)
    {
        if (keys.ClassOf(moved.Device) is null)
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

    /// <summary>The devices with equal parts of the state: a hypervisor tells the bytes of all together.</summary>
    public IEnumerable<DeviceEvidence> Snapshot(long bytes, AssumedSpread spread) =>
        keys.Devices.Select((device, i) => Snapshot(device, (bytes / keys.Devices.Count) + (i < bytes % keys.Devices.Count ? 1 : 0), spread));

    private DeviceEvidence Snapshot(MigratableDevice device, long bytes, AssumedSpread spread)
    {
        var known = view.Of(MachineKeys.ClassOf(device));
        var hasPreCopy = _states.TryGetValue(device.Name, out var now) ? now is DeviceState.PreCopy or DeviceState.PreCopyP2P : known.Arcs.Keys.Any(a => a.From == DeviceState.PreCopy);

        // QEMU needs the P2P states to migrate several devices, and nearly all have them. One that was seen without says so by its arcs.
        var hasP2P = _withP2P.Contains(device.Name) || known.Arcs.Count == 0 || known.Arcs.Keys.Any(a => IsP2P(a.From) || IsP2P(a.To));
        var state = hasPreCopy ? DeviceState.PreCopy : DeviceState.Running;
        var (stateSeconds, assumed) = spread.StateSeconds(view, keys, bytes);
        return new DeviceEvidence
        {
            Name = device.Name,
            Class = MachineKeys.ClassOf(device),
            State = state.Name(),
            Flags = ["STOP_COPY", .. hasP2P ? new[] { "P2P" } : [], .. hasPreCopy ? new[] { "PRE_COPY" } : []],
            StateBytes = bytes,
            LargestStateBytes = view.Of(keys.StateClass).Bytes is { Count: > 0 } seen ? (long)Math.Ceiling(seen.Sorted[^1] / keys.Devices.Count) : null,
            StateSizeRatios = view.Of(keys.StateClass).SizeRatios,
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

    private static ArcEvidence Evidence(Arc arc, ClassEvidence known, AssumedSpread spread)
    {
        if (arc == new Arc(DeviceState.Stop, DeviceState.StopCopy))
        {
            // When it begins is not told; it is counted with the reading of the state, which it comes just before.
            return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = [0] };
        }

        var (seconds, assumed) = spread.Of(known.Seconds(arc), AssumedSeconds);
        return new ArcEvidence { From = arc.From.Name(), To = arc.To.Name(), Seconds = seconds, Assumed = assumed };
    }
}
