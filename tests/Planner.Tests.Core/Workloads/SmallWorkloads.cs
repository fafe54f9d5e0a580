using Planner.Estimators;
using Planner.Evaluation;
using Planner.Simulation;

namespace Planner.Tests.Workloads;

/// <summary>Workloads for tests: no jitter and no spread unless a test asks for it.</summary>
internal static class SmallWorkloads
{
    public const double MiB = 1 << 20;
    public const double GiB = 1 << 30;

    /// <summary>A file that is right, and short enough to be made wrong line by line.</summary>
    public const string Text = """
        apiVersion: planner/v1
        kind: Workloads
        spec:
          links:
            even: { rate: 1GiB/s, jitter: 3%, stopPhase: same }
            turns: { levels: [1GiB/s, 400MiB/s], dwell: 300ms }
            holes: { rate: 800MiB/s, dips: { every: 20s, to: 10%, for: 2s } }
            capped: { rate: 128MiB/s, stopPhase: 2GiB/s, stopPhaseJitter: 25% }
          devices:
            none: []
            nic: [ { count: 2, state: 64MiB, arcs: { quiesce: { median: 2ms, p99: 6ms }, stop: { median: 20ms, p99: 45ms }, load: { median: 30ms, p99: 70ms } }, loads: serial } ]
          memory:
            busy: { classes: [ { size: 256MiB, timeConstant: 1s } ], phases: [ { for: 2s, scale: 1.0 }, { for: 1s, scale: 0.05 } ] }
          ram: 1GiB
          grid:
            memory: [busy]
            link: [even, turns]
            devices: [none, nic]
            limit: [50ms, 1s]
            confidence: [0.9, 0.99]
          completeWithin: 120s
        """;

    public static LinkWorkload Link(double bytesPerSecond, double jitter = 0) => new() { Name = "even", Levels = [bytesPerSecond], Jitter = jitter };

    public static LinkTrace Trace(LinkWorkload link, ulong seed = 1) => new(link, new SeededStream(seed, 0, 0, 1), new SeededStream(seed, 0, 0, 2));

    public static MemoryWorkload Memory(params (double Bytes, double Seconds)[] classes) =>
        new("memory", [.. classes.Select(c => new MemoryClass((long)c.Bytes, c.Seconds))], []);

    public static LatencyProfile Takes(double milliseconds, LatencyDrift? drift = null) =>
        new EmpiricalLatency([TimeSpan.FromMilliseconds(milliseconds)]) { Drift = drift };

    public static MachineDevices Machine(params DeviceWorkload[] devices) => new("devices", devices);

    /// <summary>The truth of one migration of a machine with 1 GiB.</summary>
    public static WorkloadTruth Truth(MemoryWorkload memory, LinkWorkload link, MachineDevices devices, double within = 120, ulong seed = 1) =>
        new(new WorkloadFile(1 << 30, new WorkloadGrid([memory], [link], [devices], [0.3], [0.9]), within), memory, link, devices, seed, 0, 0, 0);
}
