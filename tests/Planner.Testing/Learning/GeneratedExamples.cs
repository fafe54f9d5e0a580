using Planner.Estimators;
using Planner.Evaluation;

namespace Planner.Tests.Learning;

/// <summary>Workloads of the tests' own, and examples that are drawn from them.</summary>
internal static class GeneratedExamples
{
    /// <summary>Devices that take long beside their bytes: what a model is trained on.</summary>
    public const string Trained = Head + """
          devices:
            none: []
            nic:  [ { state: 48MiB, arcs: { quiesce: { median: 5ms, p99: 15ms }, stop: { median: 40ms, p99: 110ms }, load: { median: 80ms, p99: 200ms } }, loads: serial } ]
            disk: [ { state: 12MiB, arcs: { quiesce: { median: 10ms, p99: 30ms }, stop: { median: 60ms, p99: 180ms }, load: { median: 50ms, p99: 120ms } } } ]
            gpu:  [ { state: 200MiB, arcs: { quiesce: { median: 5ms, p99: 15ms }, stop: { pareto: { scale: 50ms, alpha: 2.5 } }, load: { median: 150ms, p99: 400ms } }, loads: serial } ]
        """ + Tail + "    devices: [none, nic, disk, gpu]\n";

    /// <summary>Kinds of devices that no model was trained on, over the same links.</summary>
    public const string HeldOut = Head + """
          devices:
            crypto: [ { state: 24MiB, arcs: { quiesce: { median: 4ms, p99: 12ms }, stop: { median: 70ms, p99: 130ms }, load: { median: 60ms, p99: 160ms } }, loads: serial } ]
            fpga:   [ { state: 96MiB, arcs: { quiesce: { median: 8ms, p99: 25ms }, stop: { median: 35ms, p99: 140ms }, load: { median: 120ms, p99: 250ms } } } ]
        """ + Tail + "    devices: [crypto, fpga]\n";

    /// <summary>Devices that take next to nothing, so that the bytes are the whole truth.</summary>
    public const string BytesAlone = Head + """
          devices:
            quick: [ { state: 400MiB, arcs: { quiesce: { median: 10us, p99: 20us }, stop: { median: 10us, p99: 20us }, load: { median: 10us, p99: 20us } } } ]
        """ + Tail + "    devices: [quick]\n";

    private const string Head = """
        apiVersion: planner/v1
        kind: Workloads
        spec:
          ram: 4GiB
          completeWithin: 120s
          links:
            even:    { rate: 1GiB/s, jitter: 5%, stopPhase: same }
            lifted:  { rate: 128MiB/s, jitter: 3%, stopPhase: 2GiB/s, stopPhaseJitter: 20% }
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

    public static IReadOnlyList<ColdStartExample> Draw(string workloads, ulong seed, int groups = 1000, int rows = 2) =>
        WorkloadExamples.Draw(WorkloadFileText.Read(workloads, "workloads.yaml"), new WorkloadExampleOptions { Seed = seed, Groups = groups, RowsPerGroup = rows });
}
