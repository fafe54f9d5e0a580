using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;
using Planner.Simulation;

namespace Planner.Evaluation;

/// <summary>Machines of one kind, drawn around the kinds of the file: other counts, sizes and latencies, over another link.</summary>
/// <remarks>All factors are log-uniform. Arcs, and how devices load, come from any device of the file: a new kind need not have those that went with
/// its size so far. What the driver states and what the devices can is the same for all machines of the kind.</remarks>
internal sealed class DrawnMachines
{
    private const int MostDevices = 8;
    private const double SizeFactor = 8;
    private const double LatencyFactor = 4;
    private const double LinkFactor = 2;
    private const double MemoryFactor = 4;

    // A worst case is stated as a high quantile with some reserve.
    private const double StatedShare = 0.999;
    private const double LargestReserve = 3;

    private readonly List<DeviceEvidence> _devices = [];

    /// <summary>Draws a kind.</summary>
    /// <param name="devices">The devices to start from.</param>
    /// <param name="known">All devices of the file; at least one if the machine has devices.</param>
    /// <param name="link">The link to start from.</param>
    /// <param name="draws">The draws.</param>
    public DrawnMachines(MachineDevices devices, IReadOnlyList<DeviceWorkload> known, LinkWorkload link, SeededStream draws)
    {
        var (preCopies, states) = (draws.NextOpenUnit() < 0.5, draws.NextOpenUnit() < 0.5);
        Devices = devices with { Devices = [.. devices.Devices.Select(d => Draw(d, known, ref draws))] };
        var rate = Around(LinkFactor, ref draws);
        Link = link with { Levels = [.. link.Levels.Select(l => l * rate)], StopPhaseBytesPerSecond = link.StopPhaseBytesPerSecond * rate };
        MemoryScale = 1 / FromOneTo(MemoryFactor, ref draws);
        foreach (var device in Devices.Devices)
        {
            var arcs = states ? Arcs(device, preCopies, FromOneTo(LargestReserve, ref draws)) : [];
            for (var i = 0; i < device.Count; i++)
            {
                _devices.Add(new DeviceEvidence
                {
                    State = preCopies ? "PRE_COPY" : "RUNNING",
                    Flags = preCopies ? ["STOP_COPY", "P2P", "PRE_COPY"] : ["STOP_COPY", "P2P"],
                    StateBytes = device.StateBytes,
                    Arcs = arcs,
                });
            }
        }
    }

    /// <summary>The devices of each machine.</summary>
    public MachineDevices Devices { get; }

    /// <summary>The link.</summary>
    public LinkWorkload Link { get; }

    /// <summary>The factor on the sizes of written memory; at most 1.</summary>
    public double MemoryScale { get; }

    /// <summary>What a snapshot says of the devices of which nothing was measured yet.</summary>
    public IReadOnlyList<DeviceEvidence> Evidence => _devices;

    private static DeviceWorkload Draw(DeviceWorkload device, IReadOnlyList<DeviceWorkload> known, ref SeededStream draws)
    {
        var (quiesce, stop, load) = (Any(known, ref draws), Any(known, ref draws), Any(known, ref draws));
        return new DeviceWorkload(
            1 + (int)(draws.NextOpenUnit() * MostDevices),
            (long)(device.StateBytes * Around(SizeFactor, ref draws)),
            LatencyScaling.Scale(quiesce.Quiesce, Around(LatencyFactor, ref draws)),
            LatencyScaling.Scale(stop.Stop, Around(LatencyFactor, ref draws)),
            LatencyScaling.Scale(load.Load, Around(LatencyFactor, ref draws)),
            load.LoadsSerially);
    }

    private static DeviceWorkload Any(IReadOnlyList<DeviceWorkload> known, ref SeededStream draws) => known[(int)(draws.NextOpenUnit() * known.Count)];

    private static ArcEvidence[] Arcs(DeviceWorkload device, bool preCopies, double reserve)
    {
        var (from, quiesced) = preCopies ? (DeviceState.PreCopy, DeviceState.PreCopyP2P) : (DeviceState.Running, DeviceState.RunningP2P);
        return
        [
            Stated(from, quiesced, device.Quiesce),
            Stated(quiesced, DeviceState.StopCopy, device.Stop),
            Stated(DeviceState.Resuming, DeviceState.Running, device.Load),
        ];

        ArcEvidence Stated(DeviceState left, DeviceState entered, LatencyProfile latency) => new()
        {
            From = left.Name(),
            To = entered.Name(),
            WorstSeconds = latency.Worst?.TotalSeconds ?? reserve * latency.QuantileNanoseconds(StatedShare, 0) / 1e9,
        };
    }

    /// <summary>From 1/most to most, 1 in the middle.</summary>
    private static double Around(double most, ref SeededStream draws) => Math.Pow(most, 2 * draws.NextOpenUnit() - 1);

    private static double FromOneTo(double most, ref SeededStream draws) => Math.Pow(most, draws.NextOpenUnit());
}
