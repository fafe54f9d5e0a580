using Planner.Estimators;
using Planner.Simulation;

namespace Planner.Tests.Learning;

/// <summary>Workloads of the tests' own, and examples that are drawn from them.</summary>
internal static class GeneratedExamples
{
    /// <summary>What models are trained on.</summary>
    public const string Trained = Head + """
          devices:
            nic:    [ { state: 48MiB, arcs: { quiesce: { median: 3ms, p99: 8ms }, stop: { median: 25ms, p99: 60ms }, load: { median: 40ms, p99: 90ms } }, loads: serial } ]
            disk:   [ { state: 12MiB, arcs: { quiesce: { median: 8ms, p99: 30ms }, stop: { median: 15ms, p99: 50ms }, load: { median: 20ms, p99: 45ms } } } ]
            gpu:    [ { state: 300MiB, arcs: { quiesce: { median: 5ms, p99: 15ms }, stop: { pareto: { scale: 20ms, alpha: 2.5 } }, load: { median: 80ms, p99: 200ms } }, loads: serial } ]
        """ + Tail + "    devices: [nic, disk, gpu]\n";

    /// <summary>Kinds of devices that no model was trained on.</summary>
    public const string HeldOut = Head + """
          devices:
            crypto: [ { state: 24MiB, arcs: { quiesce: { median: 4ms, p99: 12ms }, stop: { median: 30ms, p99: 55ms }, load: { median: 30ms, p99: 80ms } }, loads: serial } ]
            fpga:   [ { state: 128MiB, arcs: { quiesce: { median: 6ms, p99: 20ms }, stop: { median: 18ms, p99: 70ms }, load: { median: 60ms, p99: 120ms } } } ]
        """ + Tail + "    devices: [crypto, fpga]\n";

    private const string Head = """
        apiVersion: planner/v1
        kind: Workloads
        spec:
          ram: 4GiB
          completeWithin: 120s
          links:
            even:   { rate: 1GiB/s, jitter: 5%, stopPhase: same }
            lifted: { rate: 256MiB/s, jitter: 3%, stopPhase: 2GiB/s, stopPhaseJitter: 20% }
            dipping: { rate: 700MiB/s, jitter: 10%, dips: { every: 15s, to: 20%, for: 1s }, stopPhase: same }
          memory:
            quiet: { classes: [ { size: 4MiB, timeConstant: 1s } ] }
            busy:  { classes: [ { size: 128MiB, timeConstant: 1s }, { size: 1GiB, timeConstant: 30s } ] }
            waves: { classes: [ { size: 256MiB, timeConstant: 500ms } ], phases: [ { for: 3s, scale: 1 }, { for: 2s, scale: 0.1 } ] }

        """;

    private const string Tail = """

          grid:
            memory: [quiet, busy, waves]
            link: [even, lifted, dipping]
            limit: [300ms]
            confidence: [0.9]

        """;

    public static IReadOnlyList<ColdStartExample> Draw(string workloads, ulong seed, int groups, int rows = 5) =>
        WorkloadExamples.Draw(WorkloadFileText.Read(workloads, "workloads.yaml"), new WorkloadExampleOptions { Seed = seed, Groups = groups, RowsPerGroup = rows });
}
